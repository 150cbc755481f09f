"""Two slots of one driver that follow each other on one bay: a session runs on into the second."""

from datetime import timedelta

import pytest

from domain.charging.commands import RemoteStop
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind
from domain.facts.stay import Arrived, BayKept, NotArrived, Overstayed, WentOn
from domain.facts.timeline import Moved
from domain.place.slots import Slot
from domain.terms.policy import AtSlotEnd
from tests.factories.policies import make_policy, make_terms
from tests.workflows.places import Hold
from tests.workflows.sessions import Session
from tests.workflows.visit import Visit, happened
from tests.workflows.world import ANY_INSTANT, World

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
OTHER = "THE-OTHER-ONE"


async def first_of_two(world: World, *, connector_id: int = 1) -> Visit:
    """Charging on bay 1 for an hour; the driver has the hour after it on `connector_id`."""
    visit = await world.locked(starts_in=timedelta(0), length=HOUR)
    slot = visit.holds[0].slot
    following = Slot(slot.end + 5 * MINUTE, slot.end + 65 * MINUTE)
    world.site.holds.append(Hold(99, OTHER, connector_id, following))
    await visit.charging()
    return visit


@pytest.mark.parametrize("at_end", [AtSlotEnd.OVERSTAY, AtSlotEnd.STOP])
async def test_a_session_runs_on_into_the_next_slot_of_its_driver(at_end: AtSlotEnd, world: World) -> None:
    world.site.terms = make_terms(policy=make_policy(slots=ANY_INSTANT, at_slot_end=at_end))
    visit = await first_of_two(world)
    await visit.advance(85 * MINUTE)
    view = await visit.until_told(WentOn)
    assert (view.state, "went_on" in visit.told) == ("CHARGING", True)
    assert RemoteStop.__name__ not in world.chargers.commands("CP-1")
    await visit.stopped()
    done = await visit.ended()
    assert (done.state, happened(done, Overstayed)) == ("COMPLETED", 0)
    assert "overstay" not in visit.lines(done)
    assert visit.lines(done)["energy"] > 0


async def test_after_the_second_slot_it_overstays_as_after_any(world: World) -> None:
    visit = await first_of_two(world)
    await visit.advance(126 * MINUTE)
    await visit.until("OVERSTAYING")
    done = await visit.leaves()
    assert (done.state, happened(done, WentOn)) == ("COMPLETED", 1)
    await visit.replay()


@pytest.mark.parametrize("free", [True, False])
async def test_the_next_slot_on_another_bay_follows_the_car_if_this_one_is_free(
    free: bool, world: World
) -> None:
    visit = await first_of_two(world, connector_id=2)
    following = world.site.holds[-1]
    if not free:
        world.site.block(1, following.slot)
    await visit.advance(61 * MINUTE)
    view = await visit.until("CHARGING" if free else "OVERSTAYING")
    assert (happened(view, WentOn), following.connector_id) == ((1, 1) if free else (0, 2))
    assert ("next_slot_elsewhere" in visit.told) is not free


async def test_a_cable_that_stays_in_at_the_slots_end_is_the_next_ones(world: World) -> None:
    visit = await first_of_two(world)
    await visit.status(ConnectorStatus.CHARGING)
    await visit.stopped()
    await visit.status(ConnectorStatus.FINISHING)
    await visit.advance(61 * MINUTE)
    done = await visit.ended()
    assert (done.state, "overstay" in visit.lines(done)) == ("COMPLETED", False)


async def second_of_two(world: World, *, car_at: int = 1, free: bool = True) -> tuple[Visit, Session]:
    """On bay 1; its driver charges by the reservation before, and will when it is locked. `free`: that bay, for it."""
    visit = await world.book(starts_in=40 * MINUTE, length=HOUR)
    session = Session(car_at, "tx-0", await visit.now() - 20 * MINUTE, priced_by=OTHER)
    world.site.sessions.append(session)
    world.site.connectors[car_at].occupied = True
    if not free:
        world.site.block(car_at, world.site.holds[0].slot)
    await visit.advance(26 * MINUTE)
    assert (await visit.until("LOCKED")).bay == (f"Bay {car_at}" if free else "Bay 1")
    return visit, session


@pytest.mark.parametrize("free", [True, False])
async def test_the_lock_follows_the_car_or_tells_the_driver_to_move_and_nobody_is_a_no_show(
    free: bool, world: World
) -> None:
    visit, _ = await second_of_two(world, car_at=2, free=free)
    assert ("next_slot_elsewhere" in visit.told) is not free
    await visit.advance(31 * MINUTE)
    view = await visit.until("ARRIVED")
    assert (view.bay, happened(view, Arrived, sign="still_charging")) == ("Bay 2" if free else "Bay 1", 1)
    assert happened(view, Moved) == 0


async def test_a_locked_hold_that_the_slot_before_takes_along_is_given_back_at_its_charger(
    world: World,
) -> None:
    visit = await world.locked(starts_in=5 * MINUTE, length=HOUR)
    world.site.sessions.append(Session(2, "tx-0", await visit.now() - 20 * MINUTE, priced_by=OTHER))
    world.site.holds[0].connector_id = 2
    await visit.says(ChargerEventKind.HOLD_FOLLOWED, charger_id="CP-2", connector_id=2)
    assert (await visit.until_told(BayKept, bay="Bay 2")).bay == "Bay 2"
    assert "CancelReservation" in world.chargers.commands("CP-1")
    await visit.advance(21 * MINUTE)
    await visit.until("ARRIVED")


async def test_the_second_slot_knows_its_own_driver_and_is_used_without_a_session(world: World) -> None:
    visit, session = await second_of_two(world)
    await visit.advance(31 * MINUTE)
    view = await visit.until("ARRIVED")
    assert (view.bay, happened(view, Moved), happened(view, Arrived, sign="still_charging")) == (
        "Bay 1",
        0,
        1,
    )
    await visit.advance(HOUR)
    done = await visit.ended()
    assert (done.state, happened(done, NotArrived)) == ("COMPLETED", 0)
    assert not {"no_show", "energy", "overstay"} & set(visit.lines(done))
    assert session.priced_by == OTHER


async def test_who_was_there_in_the_second_slot_and_has_left_is_no_no_show(world: World) -> None:
    visit, session = await second_of_two(world)
    await visit.advance(16 * MINUTE)
    session.ended_at = await visit.now()
    await visit.advance(15 * MINUTE)
    await visit.until("ARRIVED")


async def stays_into_the_second(world: World) -> tuple[Visit, Session]:
    visit, session = await second_of_two(world)
    await visit.status(ConnectorStatus.CHARGING)
    await visit.advance(31 * MINUTE)
    await visit.until("ARRIVED")
    return visit, session


async def test_who_leaves_in_the_second_slot_has_used_it(world: World) -> None:
    visit, session = await stays_into_the_second(world)
    await visit.status(ConnectorStatus.FINISHING)
    session.ended_at = await visit.now()
    await visit.status(ConnectorStatus.AVAILABLE)
    done = await visit.ended()
    assert (done.state, visit.lines(done)) == ("COMPLETED", {"reservation_fee": 300, "tax": 57})


async def test_who_leaves_before_grace_ends_has_used_the_second_slot_as_well(world: World) -> None:
    visit, session = await second_of_two(world)
    await visit.advance(16 * MINUTE)
    session.ended_at = await visit.now()
    await visit.status(ConnectorStatus.AVAILABLE)
    done = await visit.ended()
    assert (done.state, happened(done, Arrived, sign="still_charging")) == ("COMPLETED", 1)


async def test_an_end_told_late_is_waited_for_and_a_bay_shown_empty_by_mistake_stays_theirs(
    world: World,
) -> None:
    visit, session = await stays_into_the_second(world)
    await visit.status(ConnectorStatus.AVAILABLE)
    await visit.advance(16 * MINUTE)
    assert (await visit.view()).state == "ARRIVED"
    await visit.status(ConnectorStatus.AVAILABLE)
    session.ended_at = await visit.now()
    await visit.advance(16 * MINUTE)
    assert (await visit.ended()).state == "COMPLETED"
    await visit.replay()


async def test_what_begins_in_the_second_slot_is_the_seconds(world: World) -> None:
    visit, session = await second_of_two(world)
    await visit.advance(16 * MINUTE)
    session.ended_at = await visit.now()
    await visit.started("tx-1")
    await visit.until("CHARGING")
    done = await visit.leaves()
    assert (done.state, visit.lines(done)["energy"] > 0) == ("COMPLETED", True)


async def test_who_left_before_the_second_slot_is_awaited_in_it(world: World) -> None:
    visit, session = await second_of_two(world)
    session.ended_at = await visit.now()
    world.site.connectors[1].occupied = False
    await visit.advance(31 * MINUTE)
    await visit.until("NO_SHOW")
