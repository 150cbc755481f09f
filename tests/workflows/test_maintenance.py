"""A window closes the place of a reservation: its driver is moved, asked or compensated, as whoever planned it said."""

from dataclasses import replace
from datetime import timedelta

from domain.causes import Cause
from domain.charging.events import ChargerEventKind
from domain.charging.maintenance import OnConflict, PlannedMaintenance
from domain.facts.timeline import (
    MaintenancePlanned,
    Moved,
    MoveProposed,
    MoveWithdrawn,
    TimeProposed,
)
from domain.place.slots import Slot
from tests.workflows.bank import CARD_WITH_3DS
from tests.workflows.places import SITE
from tests.workflows.test_other_site import held_at, only_elsewhere
from tests.workflows.visit import Visit, happened
from tests.workflows.world import World

DAY = timedelta(days=1)


async def planned(
    visit: Visit, on_conflict: OnConflict, *, before: timedelta = timedelta(hours=1), days: int = 0
) -> PlannedMaintenance:
    """From `before` the slot, or so many days later, for four hours."""
    start = (await visit.view()).slot_start - before + days * DAY
    window = PlannedMaintenance(
        window_id=1, start=start, end=start + timedelta(hours=4), on_conflict=on_conflict
    )
    await visit.says(ChargerEventKind.MAINTENANCE_PLANNED, maintenance=window)
    return window


async def test_who_can_be_moved_is_and_owes_no_fee(world: World) -> None:
    visit = await world.book(starts_in=DAY)
    await planned(visit, OnConflict.MOVE)
    view = await visit.until_told(Moved, bay="Bay 2", cause=Cause.MAINTENANCE)
    assert (view.state, view.site_id, held_at(visit)) == ("CONFIRMED", SITE, [2])
    assert visit.told[-1] == "rerouted"
    assert view.next_deadline == "lock_due"  # and nothing of maintenance any more
    await visit.advance(DAY - timedelta(minutes=10))
    assert (await visit.until("LOCKED")).bay == "Bay 2"
    await visit.charging()
    done = await visit.leaves()
    assert done.state == "COMPLETED"
    assert "reservation_fee" not in visit.lines(done)
    await visit.replay()


async def test_a_locked_place_is_left_for_another_that_is_locked(world: World) -> None:
    visit = await world.locked()
    await planned(visit, OnConflict.MOVE)
    view = await visit.until_told(Moved, bay="Bay 2")
    assert (view.state, held_at(visit)) == ("LOCKED", [2])


async def test_who_is_asked_holds_both_places_and_stays_when_it_is_cancelled(world: World) -> None:
    visit = await world.book(starts_in=DAY)
    window = await planned(visit, OnConflict.ASK)
    view = await visit.until_told(MoveProposed, bay="Bay 2")  # at the same site, too
    assert view.proposed is not None
    assert (view.proposed.cause, view.proposed.answer_by) == (
        Cause.MAINTENANCE,
        view.slot_start - timedelta(minutes=15),
    )
    assert held_at(visit) == [1, 2]
    await visit.says(ChargerEventKind.MAINTENANCE_CANCELLED, maintenance=window)
    view = await visit.until_told(MoveWithdrawn, bay="Bay 1")
    assert (view.state, view.bay, view.proposed, held_at(visit)) == ("CONFIRMED", "Bay 1", None, [1])
    assert visit.told[-1] == "move_withdrawn"
    await visit.replay()


async def test_no_answer_is_a_yes(world: World) -> None:
    silent = await world.book(starts_in=DAY)
    await planned(silent, OnConflict.ASK)
    await silent.until_told(MoveProposed, bay="Bay 2")
    await silent.advance(DAY - timedelta(minutes=14))
    view = await silent.until_told(Moved, bay="Bay 2")
    assert (view.bay, view.proposed, held_at(silent)) == ("Bay 2", None, [2])


async def test_a_no_ends_it_with_the_compensation_of_the_policy(world: World) -> None:
    visit = await world.book(starts_in=DAY)
    await planned(visit, OnConflict.ASK)
    await visit.until_told(MoveProposed, bay="Bay 2")
    await visit.ask("decline_move")
    done = await visit.ended()
    assert (done.state, visit.lines(done), held_at(visit)) == ("UNFULFILLED", {"compensation": -500}, [])


async def test_another_site_is_proposed_also_to_whom_is_only_moved(world: World) -> None:
    only_elsewhere(world)
    visit = await world.book(starts_in=DAY)
    await planned(visit, OnConflict.MOVE)
    view = await visit.until_told(MoveProposed, bay="Bay 2", cause=Cause.MAINTENANCE)
    assert view.proposed is not None
    assert view.proposed.answer_by == view.slot_start - timedelta(minutes=15)
    assert (view.bay, held_at(visit)) == ("Bay 1", [1, 2])


async def test_who_is_to_be_compensated_ends_at_once(world: World) -> None:
    visit = await world.book(starts_in=DAY)
    await planned(visit, OnConflict.COMPENSATE)
    done = await visit.ended()
    assert (done.state, visit.lines(done), held_at(visit)) == ("UNFULFILLED", {"compensation": -500}, [])
    assert "unfulfilled" in visit.told
    await visit.replay()


async def test_where_nothing_else_is_free_the_driver_is_made_whole(world: World) -> None:
    visit = await world.book(starts_in=DAY)
    for number in (2, 3):
        world.site.connectors[number].faulted = True
    await planned(visit, OnConflict.MOVE)
    done = await visit.ended()
    assert (done.state, visit.lines(done)) == ("UNFULFILLED", {"compensation": -500})


async def test_who_has_yet_to_pay_is_moved_once_they_have(world: World) -> None:
    visit = await world.book(starts_in=DAY, payment_method=CARD_WITH_3DS)
    await planned(visit, OnConflict.MOVE)
    view = await visit.until_told(MaintenancePlanned)
    assert (view.state, held_at(visit)) == ("AWAITING_PAYMENT", [1])
    world.bank.pay(visit.code)
    await visit.payment("authorised")
    view = await visit.until_told(Moved, bay="Bay 2")
    assert (view.state, held_at(visit)) == ("CONFIRMED", [2])


async def test_who_charges_goes_on_and_another_day_concerns_nobody(world: World) -> None:
    visit = await world.locked()
    await planned(visit, OnConflict.COMPENSATE, days=2)
    await visit.charging()
    await planned(visit, OnConflict.COMPENSATE)
    view = await visit.view()
    assert (view.state, held_at(visit)) == ("CHARGING", [1])
    assert happened(view, MaintenancePlanned) == 0
    done = await visit.leaves()
    assert done.state == "COMPLETED"


async def test_when_the_proposed_place_is_closed_too_another_one_is_proposed(world: World) -> None:
    visit = await world.book(starts_in=DAY)
    window = await planned(visit, OnConflict.ASK)
    await visit.until_told(MoveProposed, bay="Bay 2")
    world.site.connectors[2].faulted = True
    again = replace(window, window_id=2)
    kind = ChargerEventKind.MAINTENANCE_PLANNED
    await visit.says(kind, charger_id="CP-2", connector_id=2, maintenance=again)
    view = await visit.until_told(MoveProposed, bay="Bay 3")
    assert (view.bay, held_at(visit)) == ("Bay 1", [1, 3])
    await visit.ask("accept_move")
    assert held_at(visit) == [3]


async def test_when_the_proposed_place_is_closed_at_the_other_time_another_one_is_proposed(
    world: World,
) -> None:
    """Though nothing closes it at the time that was promised."""
    visit = await world.book(starts_in=DAY)
    view = await visit.view()
    for number in (2, 3):
        world.site.block(number, Slot(view.slot_start, view.slot_end))
    await planned(visit, OnConflict.ASK)
    proposed = (await visit.until_told(TimeProposed, bay="Bay 2")).proposed
    assert proposed is not None
    assert proposed.slot is not None
    world.site.connectors[2].faulted = True
    window = PlannedMaintenance(
        window_id=2, start=proposed.slot.start, end=proposed.slot.end, on_conflict=OnConflict.MOVE
    )
    kind = ChargerEventKind.MAINTENANCE_PLANNED
    await visit.says(kind, charger_id="CP-2", connector_id=2, maintenance=window)
    await visit.until_told(TimeProposed, bay="Bay 3")
    assert held_at(visit) == [1, 3]
