"""No place is left at the driver's time: another one is held and asked about, and nobody is moved to it silently."""

from datetime import timedelta

from domain.causes import Cause
from domain.charging.connector import ConnectorStatus
from domain.charging.maintenance import OnConflict
from domain.facts.timeline import Moved, MoveWithdrawn, SlotMoved, TimeProposed, TimeUnanswered
from domain.place.slots import Slot
from domain.reservation.actions.messages import OnMyWay
from tests.workflows.test_maintenance import DAY, planned
from tests.workflows.test_other_site import faulted, held_at
from tests.workflows.visit import Visit, happened
from tests.workflows.world import World

HOUR = timedelta(hours=1)


async def asked(world: World) -> Visit:
    """An hour ahead its bay breaks; the other two are somebody else's until the slot ends."""
    visit = await world.book(starts_in=HOUR)
    view = await visit.view()
    for number in (2, 3):
        world.site.block(number, Slot(view.slot_start, view.slot_end))
    await faulted(visit)
    await visit.until_told(TimeProposed, bay="Bay 2", cause=Cause.CHARGER_FAULT)
    return visit


async def test_another_time_is_held_beside_the_present_place_and_asked_about(world: World) -> None:
    visit = await asked(world)
    view = await visit.view()
    assert view.proposed is not None
    assert (view.state, view.bay, view.proposed.bay) == ("CONFIRMED", "Bay 1", "Bay 2")
    held = view.proposed.slot
    assert held is not None
    assert held.length == view.slot_end - view.slot_start
    assert held.start != view.slot_start
    assert (view.next_deadline, view.next_deadline_at) == ("time_answer_due", view.proposed.answer_by)
    assert view.proposed.answer_by == view.slot_start - timedelta(minutes=15)
    assert {"accept_move", "decline_move"} <= set(view.possible)
    assert held_at(visit) == [1, 2]
    assert visit.told[-1] == "time_proposed"
    assert visit.told.count("move_proposed") == 0


async def test_who_accepts_is_moved_to_that_time(world: World) -> None:
    visit = await asked(world)
    proposed = (await visit.view()).proposed
    assert proposed is not None
    assert proposed.slot is not None
    view = await visit.ask("accept_move")
    assert (view.state, view.bay, view.proposed) == ("CONFIRMED", "Bay 2", None)
    assert Slot(view.slot_start, view.slot_end) == proposed.slot
    assert held_at(visit) == [2]
    assert happened(view, SlotMoved) == 1
    assert visit.told[-2:] == ["rerouted", "rescheduled"]
    await visit.replay()


async def test_no_answer_is_a_no_and_the_driver_is_made_whole(world: World) -> None:
    visit = await asked(world)
    await visit.advance(timedelta(minutes=46))
    done = await visit.ended()
    assert (done.state, held_at(visit)) == ("UNFULFILLED", [])
    assert happened(done, TimeUnanswered) == 1
    assert happened(done, Moved) == 0
    assert "compensation" in visit.lines(done)
    await visit.replay()


async def test_a_no_ends_it_with_the_compensation_of_the_policy(world: World) -> None:
    visit = await asked(world)
    await visit.ask("decline_move")
    done = await visit.ended()
    assert (done.state, held_at(visit)) == ("UNFULFILLED", [])
    assert "compensation" in visit.lines(done)


async def test_a_bay_that_is_mended_meanwhile_is_the_drivers_at_their_time(world: World) -> None:
    visit = await asked(world)
    before = await visit.view()
    await visit.status(ConnectorStatus.AVAILABLE)
    view = await visit.until_told(MoveWithdrawn, bay="Bay 1")
    assert (view.slot_start, view.bay, view.proposed, held_at(visit)) == (
        before.slot_start, "Bay 1", None, [1],
    )  # fmt: skip


async def test_who_has_no_time_to_answer_is_not_asked(world: World) -> None:
    visit = await world.locked()
    view = await visit.view()
    for number in (2, 3):
        world.site.block(number, Slot(view.slot_start, view.slot_end))
    await faulted(visit)
    done = await visit.ended()
    assert (done.state, happened(done, TimeProposed)) == ("UNFULFILLED", 0)


async def asked_about_earlier(world: World) -> Visit:
    """A day ahead: what comes before theirs is as near as what comes after it."""
    visit = await world.book(starts_in=DAY)
    view = await visit.view()
    for number in (2, 3):
        world.site.block(number, Slot(view.slot_start, view.slot_end))
    await planned(visit, OnConflict.ASK)
    await visit.until_told(TimeProposed, bay="Bay 2", cause=Cause.MAINTENANCE)
    return visit


async def test_an_earlier_time_is_answered_before_it_begins(world: World) -> None:
    visit = await asked_about_earlier(world)
    view = await visit.view()
    assert view.proposed is not None
    assert view.proposed.slot is not None
    assert view.proposed.slot.end == view.slot_start
    assert view.proposed.answer_by == view.proposed.slot.start - timedelta(minutes=15)
    await visit.advance(view.proposed.answer_by - await visit.now() - timedelta(minutes=1))
    after = await visit.ask("accept_move")
    assert (after.state, after.bay, after.slot_start) == ("CONFIRMED", "Bay 2", view.proposed.slot.start)
    assert (await visit.charging()).slot_start == view.proposed.slot.start


async def test_who_does_not_answer_about_an_earlier_time_is_made_whole_before_it_begins(world: World) -> None:
    visit = await asked_about_earlier(world)
    proposed = (await visit.view()).proposed
    assert proposed is not None
    await visit.advance(proposed.answer_by - await visit.now() + timedelta(minutes=1))
    done = await visit.ended()
    assert (done.state, held_at(visit), visit.lines(done)) == ("UNFULFILLED", [], {"compensation": -500})


async def test_no_time_is_asked_about_that_nobody_could_answer_before_it_begins(world: World) -> None:
    """Of who learns it an hour ahead: what comes before theirs would begin now."""
    visit = await asked(world)
    view = await visit.view()
    assert view.proposed is not None
    assert view.proposed.slot is not None
    assert view.proposed.slot.start >= view.slot_end


async def test_who_was_on_their_way_has_the_usual_grace_at_the_other_time(world: World) -> None:
    visit = await asked_about_earlier(world)
    view = await visit.view()
    assert view.arrive_by is not None
    usual = view.arrive_by - view.slot_start
    on_their_way = await visit.ask("on_my_way", OnMyWay(eta=view.arrive_by + timedelta(minutes=3)))
    assert on_their_way.arrive_by is not None
    assert on_their_way.arrive_by > view.arrive_by
    moved = await visit.ask("accept_move")
    assert moved.arrive_by == moved.slot_start + usual
    await visit.replay()
