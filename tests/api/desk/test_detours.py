"""How far out of the way something is, is told to the account that named the route, and to nobody else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import text

from activities.holds.activities import HoldActivities
from api.desk.desk import Desk
from api.desk.instead import Instead
from api.desk.principal import Principal
from contracts.alternatives import Alternative
from contracts.holds import ReleaseHolds
from contracts.publication import ReservationView
from contracts.reservation import BookDecision, BookOutcome
from db.engine import Sessions, create_engine, create_sessions
from domain.place.nearby import Route
from domain.place.reasons import OfferReason
from domain.reservation.actions.table import BY_NAME
from domain.reservation.release import ReleaseReason
from tests.activities.holds.test_routes import SOUTHWARD, at_three_sites
from tests.api.desk.players import FLEET, PlayedReservations, caller, order
from tests.api.stage import NOW, START, publish, view_of
from tests.factories import make_booking, make_slot, make_terms
from tests.factories.sites import make_driver, make_seed, plant

DRIVER_ID = "fleet-1-driver"
OWN = caller(DRIVER_ID, "driver")
SLOT = make_slot(after=datetime.fromisoformat(START))


@pytest.fixture(scope="module")
async def sessions(database: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database, pool_size=4)
    sessions = create_sessions(engine)
    there = at_three_sites()
    await plant(
        sessions, make_seed(*there.sites, drivers=(make_driver(driver_id=DRIVER_ID, fleet_id="fleet-1"),))
    )
    yield sessions
    await engine.dispose()


async def booked(desk: Desk, sessions: Sessions, by: Principal, key: str) -> ReservationView:
    """With a route, held, and published as it was booked."""
    asked = order(start=SLOT.start, end=SLOT.end, driver_id=DRIVER_ID)
    code = (await desk.booking.book(by, key, asked, route=SOUTHWARD)).code
    view = view_of(code, driver_id=DRIVER_ID, fleet_id="fleet-1", account=by.accounts[0], terms=make_terms())
    await publish(sessions, view)
    return view


async def held_before(sessions: Sessions, code: str) -> None:
    """At the site that was booked, and given back since."""
    holds = HoldActivities(sessions)
    ask = make_booking(driver_id=DRIVER_ID, code=code, slot=SLOT, now=NOW)
    assert (await holds.place_hold(ask)).held is not None
    await holds.release_holds(ReleaseHolds(code=code, reason=ReleaseReason.CANCELLED, now=NOW))


@asynccontextmanager
async def routes_away(sessions: Sessions) -> AsyncIterator[None]:
    """Their table is away."""
    async with sessions.begin() as session:
        await session.execute(text("ALTER TABLE reservation_routes RENAME TO put_away"))
    try:
        yield
    finally:
        async with sessions.begin() as session:
            await session.execute(text("ALTER TABLE put_away RENAME TO reservation_routes"))


async def nearby(desk: Desk, who: Principal, code: str) -> list[tuple[str, int | None]]:
    found = (await desk.instead.of_reservation(who, code)).found
    return [(one.site_id, one.detour_m) for one in found if one.reason is OfferReason.NEARBY]


@pytest.mark.parametrize(("named_by", "other"), [(OWN, FLEET), (FLEET, OWN)])
async def test_metres_are_told_to_who_named_the_route_though_all_are_offered_by_it(
    desk: Desk, sessions: Sessions, named_by: Principal, other: Principal
) -> None:
    view = await booked(desk, sessions, named_by, f"offers {named_by.subject}")
    (south, metres), (east, more) = await nearby(desk, named_by, view.code)
    assert (south, east) == ("south", "east")
    assert metres is not None
    assert more is not None
    assert metres < more
    assert await nearby(desk, other, view.code) == [("south", None), ("east", None)]


@pytest.mark.parametrize(("named_by", "other"), [(OWN, FLEET), (FLEET, OWN)])
async def test_so_they_are_of_where_it_was_moved_also_when_it_is_closed(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations, named_by: Principal, other: Principal
) -> None:
    view = await booked(desk, sessions, named_by, f"moved {named_by.subject}")
    await held_before(sessions, view.code)
    moved = replace(view, site_id="east", site_distance_m=1015)
    workflows.views[view.code] = moved
    told = [(await desk.reading.one(who, view.code)).site_detour_m for who in (named_by, other)]
    assert told[0] is not None
    assert told[1] is None
    await publish(sessions, moved, closed=True)
    after = [(await desk.reading.one(who, view.code)).site_detour_m for who in (named_by, other)]
    assert after == told


async def test_what_is_done_is_answered_also_where_metres_cannot_be_read(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    view = await booked(desk, sessions, OWN, "unreadable")
    await held_before(sessions, view.code)
    moved = replace(view, site_id="east", site_distance_m=1015)
    workflows.becomes = workflows.views[view.code] = moved
    async with routes_away(sessions):
        done = await desk.instead.act(OWN, view.code, BY_NAME["check_in"], heard=list[Instead]().append)
        assert done == moved
        assert await desk.reading.one(OWN, view.code) == moved
    assert (await desk.reading.one(OWN, view.code)).site_detour_m is not None


@pytest.mark.parametrize("route", [None, SOUTHWARD])
async def test_a_repeated_booking_tells_the_same_metres_and_none_where_they_cannot_be_read(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations, route: Route | None
) -> None:
    """The route is the one that was named first, whatever the key is repeated with."""
    key = f"repeated {route is None}"
    view = await booked(desk, sessions, OWN, key)
    offers = (await desk.instead.of_reservation(OWN, view.code)).found
    blank = tuple(replace(one, detour_m=None) for one in offers)
    await publish(sessions, view, closed=True)
    workflows.remembers = BookDecision(outcome=BookOutcome.DECLINED, view=view, alternatives=blank)

    async def told() -> tuple[Alternative, ...]:
        asked = order(start=SLOT.start, end=SLOT.end, driver_id=DRIVER_ID)
        decision = (await desk.booking.book(OWN, key, asked, route=route)).decision
        assert decision is not None
        return decision.alternatives

    assert await told() == offers != blank
    async with routes_away(sessions):
        assert await told() == blank
