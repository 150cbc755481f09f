"""What the gateway's gate and the availability page read, through the public queries."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from activities.holds.activities import HoldActivities
from contracts.holds import ReleaseHolds
from db.engine import Sessions, create_engine, create_sessions
from db.queries.charging.access import access_facts
from db.queries.place.availability import availability
from db.queries.place.holds import OPEN_HOLDS
from db.queries.place.terms import terms_at
from db.seed import SiteSeed
from db.tables import Connector, Site
from domain.charging.access import decide_access
from domain.charging.access_reasons import AccessReason
from domain.errors import UnknownSite
from domain.reservation.release import ReleaseReason
from tests.api.stage import publish, view_of
from tests.factories import (
    NOON,
    make_booking,
    make_driver,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    plant,
)

NOW = NOON - timedelta(hours=3)


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=4)
    yield create_sessions(engine)
    await engine.dispose()


async def decide(sessions: Sessions, id_tag: str, minutes: int) -> tuple[bool, AccessReason]:
    now = NOON + timedelta(minutes=minutes)
    async with sessions() as session:
        facts = await access_facts(await session.connection(), charger_id="NORTH-1", id_tag=id_tag, now=now)
    decision = decide_access(facts.token, tuple(facts.connectors.values()), facts.holds, now)
    return decision.allowed, decision.reason


async def test_a_hold_whose_deposit_is_awaited_is_unpaid_and_after_it_expired_its_driver_is_a_stranger(
    sessions: Sessions,
) -> None:
    drivers = (make_driver(driver_id="driver-one", rfid=("own",)),)
    await plant(sessions, make_seed(make_site(chargers=1), drivers=drivers))
    holds, ask = HoldActivities(sessions), make_booking()
    assert (await holds.place_hold(ask)).held is not None
    await publish(sessions, view_of(ask.code, state="AWAITING_PAYMENT"))
    assert await decide(sessions, "own", 0) == (False, AccessReason.UNPAID)
    await publish(sessions, view_of(ask.code, state="CONFIRMED"))
    assert await decide(sessions, "own", 0) == (True, AccessReason.RESERVATION)
    late = NOON + timedelta(minutes=5)
    await holds.release_holds(ReleaseHolds(code=ask.code, reason=ReleaseReason.EXPIRED, now=late))
    assert await decide(sessions, "own", 0) == (True, AccessReason.WALK_IN)


async def test_access_facts_are_enough_for_every_decision(sessions: Sessions) -> None:
    drivers = (
        make_driver(driver_id="driver-one", rfid=("own",), group_id="G"),
        make_driver(driver_id="colleague", rfid=("mate",), group_id="G"),
        make_driver(driver_id="stranger", rfid=("other",)),
        make_driver(driver_id="bad", rfid=("blocked",), blocked=True),
    )
    await plant(sessions, make_seed(make_site(chargers=1), drivers=drivers))
    holds = HoldActivities(sessions)
    booked = await holds.place_hold(make_booking())
    assert booked.held is not None
    app = booked.held.app_tag
    assert await decide(sessions, "Own", 0) == (True, AccessReason.RESERVATION)
    assert await decide(sessions, "mate", 0) == (True, AccessReason.RESERVATION)
    assert await decide(sessions, app.lower(), 0) == (True, AccessReason.RESERVATION)
    assert await decide(sessions, app, -60) == (False, AccessReason.OUTSIDE_WINDOW)
    assert await decide(sessions, "other", 0) == (False, AccessReason.RESERVED_FOR_ANOTHER)
    assert await decide(sessions, "other", -12) == (False, AccessReason.RESERVED_SOON)
    assert await decide(sessions, "other", -60) == (True, AccessReason.WALK_IN)
    assert await decide(sessions, "blocked", 0) == (False, AccessReason.TOKEN_BLOCKED)
    assert await decide(sessions, "nobody", 0) == (False, AccessReason.TOKEN_UNKNOWN)
    await holds.release_holds(ReleaseHolds(code=make_booking().code, reason=ReleaseReason.NO_SHOW, now=NOON))
    assert await decide(sessions, "own", 20) == (True, AccessReason.LATE_ARRIVAL)
    assert await decide(sessions, "other", 20) == (True, AccessReason.WALK_IN)
    assert await decide(sessions, "own", 61) == (True, AccessReason.WALK_IN)


async def free(
    sessions: Sessions, start: int, end: int, now_minutes: int = -180, length: int = 15
) -> list[int]:
    async with sessions() as session:
        found = await availability(
            session,
            site_id="north",
            start=NOON + timedelta(minutes=start),
            end=NOON + timedelta(minutes=end),
            now=NOON + timedelta(minutes=now_minutes),
            length=timedelta(minutes=length),
        )
    (pool,) = found.pools
    return [window.free for window in pool.windows]


async def test_availability_counts_what_can_still_be_booked(sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=3, walk_in=1)))
    holds = HoldActivities(sessions)
    assert await free(sessions, 0, 60) == [2, 2, 2, 2]
    await holds.place_hold(make_booking("a", slot=make_slot(30, 30)))
    # 12:15 would end at 12:30 but its buffer reaches into the booking; 13:00 starts inside that one's buffer.
    assert await free(sessions, 0, 90) == [2, 1, 1, 1, 1, 2]
    await holds.place_hold(make_booking("b", slot=make_slot(30, 30)))
    assert await free(sessions, 0, 90) == [2, 0, 0, 0, 0, 2]
    assert await free(sessions, 0, 30, length=60) == [0, 0]


async def test_availability_starts_at_the_next_grid_instant_and_ends_at_the_horizon(
    sessions: Sessions,
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    assert await free(sessions, -60, 15, now_minutes=-10) == [1]
    assert await free(sessions, 15 * 24 * 60, 15 * 24 * 60 + 60) == []


async def test_a_broken_connector_counts_for_far_slots_only(sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    async with sessions.begin() as session:
        await session.execute(update(Connector).values(status="faulted"))
    assert await free(sessions, 0, 15, now_minutes=-60) == [0]
    assert await free(sessions, 0, 15, now_minutes=-180) == [1]


async def test_availability_uses_the_index_as_data_grows(sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=2), make_site(site_id="south", chargers=40)))
    async with sessions.begin() as session:
        await session.execute(text("INSERT INTO drivers (id, created_at) VALUES ('d', now())"))
        await session.execute(
            text(
                "INSERT INTO holds (reservation_code, step, connector_id, pool_id, driver_id, during, slot_start,"
                " slot_end, opens_at, watch_from, placed_at) SELECT 'R' || c || '-' || n, 'book', c, 'south-dc',"
                " 'd', tstzrange(s, s + interval '30 min'), s, s + interval '30 min', s, s, s"
                " FROM generate_series(1, 42) c, generate_series(1, 150) n,"
                " LATERAL (SELECT timestamptz '2030-06-03 12:00Z' + n * interval '1 hour' AS s) t"
            )
        )
        await session.execute(text("ANALYZE"))
    async with sessions() as session:
        plan = await session.scalars(
            text("EXPLAIN " + OPEN_HOLDS.text),
            {
                "pools": ["north-dc"],
                "start": NOON,
                "end": NOON + timedelta(hours=3),
                "ended_after": NOON - timedelta(days=1),
            },
        )
        assert "ix_holds_open_by_berth" in "\n".join(plan.all())


async def test_a_sites_own_terms_win_over_the_default(sessions: Sessions) -> None:
    own = make_site(policy=make_policy(open_reservations_per_driver=9))
    await plant(
        sessions,
        make_seed(
            own, make_site(site_id="south"), SiteSeed(id="bare", name="Bare", latitude=48.1, longitude=11.6)
        ),
    )
    async with sessions() as session:
        north = await terms_at(session, await session.get_one(Site, "north"), NOW)
        south = await terms_at(session, await session.get_one(Site, "south"), NOW)
        assert (north.policy.open_reservations_per_driver, south.policy.open_reservations_per_driver) == (
            9,
            3,
        )
        with pytest.raises(UnknownSite):
            await terms_at(session, await session.get_one(Site, "bare"), NOON - timedelta(days=9999))
