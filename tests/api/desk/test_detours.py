"""How far out of the way something is, is told to the account that named the route, and to nobody else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import pytest

from activities.holds.activities import HoldActivities
from api.desk.desk import Desk
from api.desk.principal import Principal
from contracts.holds import ReleaseHolds
from contracts.publication import ReservationView
from db.engine import Sessions, create_engine, create_sessions
from domain.place.reasons import OfferReason
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
    ask = make_booking(driver_id=DRIVER_ID, code=view.code, slot=SLOT, now=NOW)
    holds = HoldActivities(sessions)
    assert (await holds.place_hold(ask)).held is not None
    moved = replace(view, site_id="east", site_distance_m=1015)
    workflows.views[view.code] = moved
    told = [(await desk.reading.one(who, view.code)).site_detour_m for who in (named_by, other)]
    assert told[0] is not None
    assert told[1] is None
    await publish(sessions, moved, closed=True)
    after = [(await desk.reading.one(who, view.code)).site_detour_m for who in (named_by, other)]
    assert after == told
    await holds.release_holds(ReleaseHolds(code=view.code, reason=ReleaseReason.CANCELLED, now=NOW))
