"""Where the driver's route is known, what is least out of their way is offered first; it is kept while it is of use."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from activities.holds.activities import HoldActivities
from db.engine import Sessions
from db.queries.place.routes import forget_routes, note_route, route_of
from db.seed import Seed
from db.tables import ReservationRoute, ReservationRow
from domain.place.nearby import Route, Spot
from tests.activities.holds.hold_desk import NOW, connector_of, refused_with, replacement
from tests.api.stage import publish, view_of
from tests.factories import make_booking, make_seed, make_site, plant

SOUTHWARD = Route(
    start=Spot(site_id="", latitude=52.60, longitude=13.405),
    end=Spot(site_id="", latitude=52.40, longitude=13.405),
)


def at_three_sites() -> Seed:
    """The nearest one is to the east, a farther one on the way south."""
    here = make_site(chargers=1, latitude=52.52, longitude=13.405)
    east = make_site(site_id="east", latitude=52.52, longitude=13.42)
    south = make_site(site_id="south", latitude=52.50, longitude=13.405)
    return make_seed(here, east, south)


async def noted(sessions: Sessions, code: str, route: Route = SOUTHWARD) -> None:
    async with sessions.begin() as session:
        await note_route(session, code, "account-1", route, NOW)


@pytest.mark.parametrize("known", [False, True])
async def test_a_refused_driver_and_one_who_is_moved_are_sent_the_same_way(
    holds: HoldActivities, sessions: Sessions, *, known: bool
) -> None:
    await plant(sessions, at_three_sites())
    booked = await holds.place_hold(make_booking())
    refused, lost = make_booking("b"), replacement(exclude_connectors=(connector_of(booked),))
    if known:
        for code in (refused.code, lost.code):
            await noted(sessions, code)
    best, second = [one.site_id for one in await refused_with(holds, refused)][:2]
    assert (best, second) == (("south", "east") if known else ("east", "south"))
    moved = await holds.hold_replacement(lost)
    assert moved.site is not None
    assert moved.site.site_id == best


async def test_the_route_is_read_as_it_was_noted_first(sessions: Sessions) -> None:
    stays = Route(start=SOUTHWARD.start)
    await noted(sessions, "code-1", stays)
    await noted(sessions, "code-1")
    async with sessions() as session:
        assert await route_of(session, "code-1") == stays
        assert await route_of(session, "code-2") is None


async def test_it_is_forgotten_when_nothing_can_be_offered_by_it_any_more(sessions: Sessions) -> None:
    for code in ("open", "closed-and-over", "closed-before", "undecided"):
        await noted(sessions, code)
    for code in ("open", "closed-and-over", "closed-before"):
        await publish(sessions, view_of(code))
    later = timedelta(days=9)
    async with sessions.begin() as session:
        row = update(ReservationRow).where(ReservationRow.code.startswith("closed"))
        await session.execute(row.values(closed_at=NOW, slot_end=NOW + timedelta(hours=1)))
        before = update(ReservationRow).where(ReservationRow.code == "closed-before")
        await session.execute(before.values(slot_end=NOW + later))
        over = NOW + timedelta(hours=2)
        assert await forget_routes(session, over) == 1
        left = set(await session.scalars(select(ReservationRoute.reservation_code)))
        assert left == {"open", "closed-before", "undecided"}
        assert await forget_routes(session, NOW + later) == 2
        assert set(await session.scalars(select(ReservationRoute.reservation_code))) == {"open"}
