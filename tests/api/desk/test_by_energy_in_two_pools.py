"""By energy where one pool is faster than another: the slot is as long as it takes in the pool that gives it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from activities.holds.activities import HoldActivities
from api.desk.desk import Desk
from api.desk.group_orders import GroupOrder, Member
from api.desk.quotes import QuoteOrder
from api.desk.series_orders import SeriesOrder
from contracts.holds import HoldDecision
from contracts.reservation import BookRequest
from db.engine import Sessions, create_engine, create_sessions
from domain.errors import BayTaken, NoFit, SlotUnavailable, UnknownBay
from domain.place.fit import Needs
from domain.place.slots import Slot
from domain.reservation.recurrence import Every, Recurrence
from tests.api.desk.players import DRIVER, FLEET, PlayedReservations, order
from tests.api.desk.two_pools import ENERGY, LONG, plant_two_pools
from tests.api.stage import NOW, START
from tests.factories import make_booking

BEGIN = datetime.fromisoformat(START)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def sessions(database: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database, pool_size=4)
    sessions = create_sessions(engine)
    await plant_two_pools(sessions)
    yield sessions
    await engine.dispose()


async def placed(sessions: Sessions, request: BookRequest) -> HoldDecision:
    ask = make_booking(
        request.code,
        driver_id=request.driver_id,
        slot=Slot(request.start, request.end),
        pool_id=request.pool_id,
        connector_type=request.connector_type,
        needs=request.needs,
        now=NOW,
    )
    return await HoldActivities(sessions).place_hold(ask)


def refused(decision: HoldDecision) -> str:
    return "" if decision.refusal is None else decision.refusal.code


async def test_a_series_with_a_named_bay_is_as_long_as_it_takes_there(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    rule = Recurrence(first=BEGIN.date(), at=time(18), lasts=None, every=Every.DAY, times=2)
    asked = SeriesOrder(site_id="north", rule=rule, energy=ENERGY, bay="Bay 3")
    series = await desk.series.book(DRIVER, "series at a bay", asked)
    assert {one.slot.length for one in series.dates} == {LONG}
    for request in workflows.booked:
        held = (await placed(sessions, request)).held
        assert held is not None
        assert held.assignment.label == "Bay 3"


async def test_a_named_bay_is_reckoned_with_alone_also_where_it_is_taken(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    asked = order(end=None, start=BEGIN + DAY, energy=ENERGY, bay="Bay 3")
    quote = QuoteOrder(site_id="north", start=asked.start, energy=ENERGY, bay="Bay 3")
    quoted = await desk.quotes.make(DRIVER, quote)
    for key in ("free", "taken"):
        await desk.booking.book(DRIVER, key, asked)
        request = workflows.booked[-1]
        assert request.end - request.start == LONG
        assert refused(await placed(sessions, request)) == ("" if key == "free" else BayTaken.code)
    assert quoted.slot.length == LONG


async def test_a_pool_without_a_bay_for_a_trailer_is_not_reckoned_with(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    asked = order(end=None, start=BEGIN + 2 * DAY, energy=ENERGY, needs=Needs(trailer=True))
    for key in ("trailer", "another trailer"):
        await desk.booking.book(DRIVER, key, asked)
        request = workflows.booked[-1]
        assert (request.end - request.start, request.energy) == (LONG, ENERGY.wanted())
        assert refused(await placed(sessions, request)) == ("" if key == "trailer" else SlotUnavailable.code)


async def test_a_group_is_as_long_as_it_takes_where_each_of_it_has_a_bay(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    """Two are served by the fast pool; where one of its bays is taken, both stay as long as the slow one takes."""
    start = BEGIN + 4 * DAY
    two = GroupOrder(
        site_id="north",
        start=start,
        members=(Member(driver_id="fleet-1-driver"),) * 2,
        energies=(ENERGY,) * 2,
    )
    fast = await desk.groups.book(FLEET, "two at once", two)
    assert (fast.slot.length, {request.pool_id for request in workflows.booked}) == (LONG / 2, {"north-fast"})
    taken = make_booking(
        "taken",
        driver_id="driver-2",
        slot=Slot(start + DAY, start + DAY + LONG),
        pool_id="north-fast",
        now=NOW,
    )
    assert refused(await HoldActivities(sessions).place_hold(taken)) == ""
    workflows.booked.clear()
    slow = await desk.groups.book(FLEET, "one after the other", replace(two, start=start + DAY))
    assert slow.slot.length == LONG
    assert [one.refused for one in slow.members] == ["", ""]


async def test_what_no_bay_has_is_refused_before_anything_is_reckoned(
    desk: Desk, workflows: PlayedReservations
) -> None:
    asked = order(end=None, start=BEGIN + 3 * DAY, energy=ENERGY)
    with pytest.raises(UnknownBay):
        await desk.booking.book(DRIVER, "nowhere", replace(asked, bay="Bay 9"))
    with pytest.raises(NoFit):
        await desk.booking.book(DRIVER, "nowhere", replace(asked, needs=Needs(drive_through=True)))
    assert workflows.booked == []
    assert not (await desk.booking.book(DRIVER, "nowhere", asked)).replayed
