"""Pools as they are loaded for the domain: the holds of a span, all of them when asked again, and who is nearby."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from activities.holds.activities import HoldActivities
from contracts.holds import ReleaseHolds
from db.engine import Sessions, create_engine, create_sessions
from db.queries.place.pool_facts import pools_at, pools_held
from db.queries.place.pools import count_pools, decided, load_pools
from db.queries.place.sites import sites_near
from db.seed import ChargerSeed, ConnectorSeed, PoolSeed
from db.tables import Connector, Hold, Site
from domain.place.availability import availability_of
from domain.place.crowd import HoldsMissing
from domain.place.pool import Pool
from domain.place.slots import Slot
from domain.reservation.release import ReleaseReason
from tests.activities.holds.hold_desk import replacement
from tests.factories import NOON, make_booking, make_policy, make_seed, make_site, make_slot, plant

NOW = NOON - timedelta(hours=3)
POLICIES = {"north": make_policy(), "south": make_policy()}


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=4)
    yield create_sessions(engine)
    await engine.dispose()


async def test_a_pool_is_loaded_with_what_overlaps_the_span(sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=2, walk_in=1), make_site(site_id="south")))
    holds = HoldActivities(sessions)
    for name, start in (("before", -60), ("in", 60), ("after", 180)):
        await holds.place_hold(make_booking(name, slot=make_slot(start)))
    span = Slot(NOON + timedelta(minutes=5), NOON + timedelta(minutes=180))
    async with sessions() as session:
        facts = await pools_at(session, ["north", "south"])
        north, south = await load_pools(session, facts, span, POLICIES, NOW)
    assert (north.facts.id, north.facts.walk_in_connectors, len(north.connectors)) == ("north-dc", 1, 2)
    assert [hold.window.start for hold in north.holds] == [NOON + timedelta(minutes=60)]
    assert (north.seen, south.holds) == (span, ())
    assert [c.label for c in south.connectors] == ["Bay 1", "Bay 2"]


async def test_holds_are_counted_as_the_domain_would_count_them(sessions: Sessions) -> None:
    """Of an ordinary pool with a lock, a broken connector and a walk-in share, and of two that share bays."""
    twins = tuple(
        ChargerSeed(
            id=f"SOUTH-{n}",
            connectors=tuple(ConnectorSeed(pool_id=f"south-{k}", number=k, bay=f"B{n}") for k in (1, 2)),
        )
        for n in (1, 2)
    )
    pools = tuple(PoolSeed(id=f"south-{k}", name="Beside") for k in (1, 2))
    south = replace(make_site(site_id="south"), pools=pools, chargers=twins)
    await plant(sessions, make_seed(make_site(chargers=4, walk_in=1), south))
    holds, now = HoldActivities(sessions), NOON - timedelta(minutes=20)
    for n in range(16):
        slot = make_slot(15 * (n * 7 % 12), 15 + 15 * (n % 3))
        site, pool = ("south", f"south-{1 + n % 8 // 4}") if n % 4 == 3 else ("north", "north-dc")
        await holds.place_hold(make_booking(f"d{n}", slot=slot, site_id=site, pool_id=pool))
    async with sessions.begin() as session:
        await session.execute(update(Connector).where(Connector.number == 1).values(status="available"))
        await session.execute(
            update(Connector).where(Connector.charger_id == "NORTH-2").values(status="faulted")
        )
        await session.execute(update(Hold).where(Hold.slot_start <= NOON).values(locked_at=now))
    windows = [make_slot(15 * n, 30) for n in range(20)]
    span = Slot(now, windows[-1].end + timedelta(hours=1))
    async with sessions() as session:
        facts = await pools_at(session, ["north", "south"])
        counted = await count_pools(session, facts, span, POLICIES, now)
        loaded = await load_pools(session, facts, span, POLICIES, now)
        told = await decided(session, counted, lambda seen: [availability_of(p, windows) for p in seen])
        known = await decided(session, loaded, lambda seen: [availability_of(p, windows) for p in seen])
    assert told == known
    assert [pool.counted is None for pool in counted] == [False, True, True]
    assert 0 < len(counted[0].holds) < len(loaded[0].holds)
    assert len({window.free for window in told[0].windows}) > 2


async def test_whoever_asks_for_missing_holds_is_asked_again_with_all_of_that_pool(
    sessions: Sessions,
) -> None:
    await plant(sessions, make_seed(make_site(), make_site(site_id="south")))
    holds = HoldActivities(sessions)
    far = make_slot(10 * 24 * 60)
    await holds.place_hold(make_booking("far", slot=far))
    seen_by_ask: list[list[Slot | None]] = []

    def ask(pools: Sequence[Pool]) -> list[Slot]:
        seen_by_ask.append([pool.seen for pool in pools])
        if pools[0].seen is not None:
            raise HoldsMissing(pools[0].facts.id)
        return [hold.window for hold in pools[0].holds]

    async with sessions() as session:
        pools = await load_pools(session, await pools_at(session, POLICIES), make_slot(), POLICIES, NOW)
        windows = await decided(session, pools, ask)
    assert [window.start for window in windows] == [far.start]
    assert seen_by_ask == [[make_slot(), make_slot()], [None, make_slot()]]


async def test_the_last_pool_is_where_a_hold_stands_before_where_a_later_one_was_given_back(
    sessions: Sessions,
) -> None:
    near = make_site(site_id="south", latitude=52.53)
    await plant(sessions, make_seed(make_site(chargers=1), near))
    holds, code = HoldActivities(sessions), make_booking().code
    booked = await holds.place_hold(make_booking())
    assert booked.held is not None
    here = booked.held.assignment
    await holds.hold_replacement(replacement(exclude_connectors=(here.connector_id,)))
    last = []
    for keep in (None, here.hold_id, 0):
        if keep is not None:
            undone = ReleaseReason.REROUTE_UNDONE
            await holds.release_holds(ReleaseHolds(code=code, reason=undone, now=NOON, keep_hold_id=keep))
        async with sessions() as session:
            pool = (await pools_held(session, code)).last
        last.append(pool and pool.site_id)
    assert last == ["south", "north", "south"]


async def test_sites_nearby_are_the_nearest_within_reach(sessions: Sessions) -> None:
    near = [make_site(site_id=f"near-{n}", latitude=52.52 + n / 100, longitude=13.405) for n in range(1, 7)]
    home = make_site(latitude=52.52, longitude=13.405)
    east = make_site(site_id="poznan", latitude=52.52, longitude=16.93)
    munich = make_site(site_id="munich", latitude=48.1, longitude=11.6)
    await plant(sessions, make_seed(home, *near, east, munich))
    async with sessions() as session:
        found = await sites_near(session, await session.get_one(Site, "north"))
    assert list(found) == [f"near-{n}" for n in range(1, 6)]
    assert found["near-1"] == pytest.approx(1112, abs=1)
