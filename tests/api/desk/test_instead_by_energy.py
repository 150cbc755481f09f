"""What was asked for by its energy, in a pool, is looked for so again when it is asked what there is instead."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from activities.holds.activities import HoldActivities
from api.desk.desk import Desk
from api.desk.instead import Instead
from api.desk.quotes import QuoteOrder
from api.desk.series_orders import SeriesOrder
from contracts.publication import ReservationView
from db.engine import Sessions, create_engine, create_sessions
from db.tables import Site
from domain.errors import DomainError
from domain.place.fit import NO_NEEDS, Needs
from domain.place.slots import Slot
from domain.reservation.actions.messages import RescheduleAsked
from domain.reservation.actions.table import BY_NAME
from domain.reservation.recurrence import Every, Recurrence
from tests.api.desk.players import DRIVER, PlayedReservations, order
from tests.api.desk.two_pools import ENERGY, FAST, LONG, SLOW, plant_two_pools
from tests.api.stage import NOW, START, publish, view_of
from tests.factories import make_booking, make_terms

BEGIN = datetime.fromisoformat(START)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def sessions(database: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database, pool_size=4)
    sessions = create_sessions(engine)
    await plant_two_pools(sessions)
    yield sessions
    await engine.dispose()


@pytest.fixture
async def booked(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations, request: pytest.FixtureRequest
) -> ReservationView:
    """By the order that a test names, held and published."""
    await desk.booking.book(DRIVER, f"{request.node.name}", request.param)
    asked = workflows.booked[-1]
    slot = Slot(asked.start, asked.end)
    ask = make_booking(
        asked.code,
        driver_id="driver-1",
        slot=slot,
        pool_id=asked.pool_id,
        needs=asked.needs,
        now=min(NOW, slot.start),
    )
    assert (await HoldActivities(sessions).place_hold(replace(ask, code=asked.code))).held is not None
    view = view_of(
        asked.code, slot_start=slot.start, slot_end=slot.end, terms=make_terms(), site_zone="Europe/Berlin"
    )
    await publish(sessions, view)
    return view


def at_once(instead: Instead) -> list[str]:
    """The pools of what is offered for the wanted time."""
    return [one.pool_id for one in instead.found if one.slot == instead.wanted]


BY_ENERGY = order(start=BEGIN, end=None, energy=ENERGY, pool_id=FAST)
BY_END = order(start=BEGIN + DAY, end=BEGIN + DAY + LONG / 2, pool_id=FAST)


@pytest.mark.parametrize(
    ("booked", "pools"), [(BY_ENERGY, {FAST}), (BY_END, {FAST, SLOW})], indirect=["booked"]
)
async def test_of_a_reservation_only_what_gives_the_energy_that_it_was_booked_for(
    desk: Desk, booked: ReservationView, pools: set[str]
) -> None:
    assert set(at_once(await desk.instead.of_reservation(DRIVER, booked.code))) == pools


@pytest.mark.parametrize(
    "booked", [order(start=BEGIN + 2 * DAY, end=BEGIN + 2 * DAY + LONG, pool_id=SLOW)], indirect=True
)
async def test_what_is_as_it_was_booked_comes_before_what_is_more(
    desk: Desk, booked: ReservationView
) -> None:
    assert at_once(await desk.instead.of_reservation(DRIVER, booked.code)) == [SLOW, FAST]


@pytest.mark.parametrize("booked", [replace(BY_ENERGY, start=NOW - LONG / 4, pool_id=SLOW)], indirect=True)
async def test_who_comes_late_is_offered_as_long_as_their_energy_takes(
    desk: Desk, booked: ReservationView
) -> None:
    found = await desk.instead.of_reservation(DRIVER, booked.code)
    assert found.wanted.start >= NOW
    assert found.wanted.length >= LONG
    assert SLOW in at_once(found)


@pytest.mark.parametrize("booked", [replace(BY_ENERGY, start=BEGIN + 3 * DAY, pool_id=SLOW)], indirect=True)
async def test_an_end_that_was_chosen_since_says_how_long_they_stay(
    desk: Desk, sessions: Sessions, booked: ReservationView
) -> None:
    await publish(sessions, replace(booked, slot_end=booked.slot_start + LONG / 2))
    assert SLOW in at_once(await desk.instead.of_reservation(DRIVER, booked.code))


@pytest.mark.parametrize(
    ("booked", "came_of_it"),
    [(replace(BY_ENERGY, start=BEGIN + (4 + came) * DAY), bool(came)) for came in (0, 1)],
    indirect=["booked"],
)
async def test_the_energy_is_that_of_a_move_if_that_came_to_something(
    desk: Desk, sessions: Sessions, booked: ReservationView, came_of_it: bool
) -> None:
    """An hour in the fast pool, three in the slow one, where what was booked first is done within an hour."""
    asked = RescheduleAsked(start=booked.slot_start, energy=replace(ENERGY, energy_wh=150_000))
    await desk.steering.act(DRIVER, booked.code, BY_NAME["reschedule"], asked, key=f"more {came_of_it}")
    if came_of_it:
        await publish(sessions, replace(booked, slot_end=booked.slot_start + LONG))
    assert set(at_once(await desk.instead.of_reservation(DRIVER, booked.code))) == {FAST}


@pytest.mark.parametrize("by_energy", [False, True])
async def test_of_a_date_of_a_series_only_what_gives_its_energy(
    desk: Desk, workflows: PlayedReservations, by_energy: bool
) -> None:
    lasts = None if by_energy else LONG / 2
    rule = Recurrence(first=BEGIN.date(), at=time(18), lasts=lasts, every=Every.DAY, times=2)
    asked = SeriesOrder(site_id="north", rule=rule, energy=ENERGY if by_energy else None, pool_id=FAST)
    series = await desk.series.book(DRIVER, f"series {by_energy}", asked)
    assert {one.energy for one in workflows.booked} == {ENERGY.wanted() if by_energy else None}
    day = series.dates[1].day
    offered = at_once(await desk.instead.of_date(DRIVER, series.id, day))
    assert set(offered) == ({FAST} if by_energy else {FAST, SLOW})


@pytest.mark.parametrize(
    ("needs", "code"), [(NO_NEEDS, "site_closed"), (Needs(drive_through=True), "no_fit")]
)
async def test_a_refused_quote_by_energy_says_what_there_is_instead(
    desk: Desk, sessions: Sessions, needs: Needs, code: str
) -> None:
    """The site opens when they are there already."""
    async with sessions.begin() as session:
        site = await session.get_one(Site, "north")
        opens = BEGIN.astimezone(ZoneInfo(site.zone))
        site.opening_hours = f"{opens:%H:%M}-22:00"
    heard: list[Instead] = []
    try:
        asked = QuoteOrder(site_id="north", start=BEGIN - LONG, energy=ENERGY, needs=needs)
        with pytest.raises(DomainError) as refused:
            await desk.instead.quote(DRIVER, asked, heard=heard.append)
    finally:
        async with sessions.begin() as session:
            (await session.get_one(Site, "north")).opening_hours = ""
    assert refused.value.code == code
    (instead,) = heard
    assert instead.wanted.length == LONG / 2
    assert bool(instead.found) == (code == "site_closed")
