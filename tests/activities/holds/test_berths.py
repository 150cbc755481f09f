"""One bay, two plugs, one car at a time: what one of them promises, the other cannot (promise P1)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from psycopg.errors import ExclusionViolation
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from activities.holds.activities import HoldActivities
from contracts.holds import HoldDecision, LockHold, MoveHold, PlaceHold, ReleaseHolds
from contracts.matching import MatchSessions
from db.engine import Sessions
from db.queries.place.availability import availability
from db.seed import ChargerSeed, ConnectorSeed, PoolSeed, Seed, SeedInvalid, SiteSeed, seed
from db.tables import ChargingSession, Connector, Hold
from domain.place.slots import Slot
from domain.reservation.release import ReleaseReason
from tests.activities.holds.hold_desk import (
    NOW,
    connector_of,
    place_at,
    refusal_of,
    refused_with,
    replacement,
    set_status,
    start_walk_in,
)
from tests.factories import (
    CHEAP_HASHER,
    NOON,
    make_booking,
    make_driver,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    plant,
)

CCS, CHADEMO = "north-ccs", "north-chademo"


def two_plugs(*, bays: int = 1, lone: int = 0, labelled: bool = True) -> SiteSeed:
    """`bays` chargers with both plugs on one bay each (told by its label, or by the charger), `lone` with CCS only."""

    def charger(number: int, pools: Sequence[str]) -> ChargerSeed:
        plugs = enumerate(pools, start=1)
        return ChargerSeed(
            id=f"N-{number}",
            connectors=tuple(
                ConnectorSeed(
                    pool_id=pool, number=n, bay=f"Bay {number}" if labelled else f"Bay {number}.{n}"
                )
                for n, pool in plugs
            ),
            one_at_a_time=() if labelled or len(pools) == 1 else ((1, 2),),
        )

    return replace(
        make_site(),
        pools=(
            PoolSeed(id=CCS, name="CCS"),
            PoolSeed(id=CHADEMO, name="CHAdeMO", connector_type="CHADEMO", power_w=50_000),
        ),
        chargers=(
            *(charger(n, (CCS, CHADEMO)) for n in range(1, bays + 1)),
            *(charger(n, (CCS,)) for n in range(bays + 1, bays + lone + 1)),
        ),
    )


def wish(name: str, pool: str, slot: Slot | None = None) -> PlaceHold:
    return make_booking(name, pool_id=pool, slot=slot or make_slot())


async def offered(sessions: Sessions, pool: str, slot: Slot) -> int:
    async with sessions() as session:
        found = await availability(
            session,
            site_id="north",
            start=slot.start,
            end=slot.start + timedelta(minutes=1),
            now=NOW,
            pool_id=pool,
            length=slot.length,
        )
    (window,) = found.pools[0].windows
    return window.free


@pytest.mark.parametrize("labelled", [True, False], ids=["one bay", "one EVSE"])
async def test_the_second_plug_of_a_promised_bay_is_refused_with_alternatives(
    holds: HoldActivities, sessions: Sessions, labelled: bool
) -> None:
    await plant(sessions, make_seed(two_plugs(labelled=labelled)))
    assert (await holds.place_hold(wish("a", CCS))).refusal is None
    assert await offered(sessions, CHADEMO, make_slot()) == 0
    (*_, other) = await refused_with(holds, wish("b", CHADEMO))
    assert not other.slot.overlaps(make_slot())
    assert (await holds.place_hold(wish("b2", CHADEMO, other.slot))).refusal is None


async def test_a_latecomer_who_charges_at_the_bays_other_plug_is_held_their_bay(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """By the plug where they are, although it is less than they booked: what holds one of them holds both."""
    ids = await plant(sessions, make_seed(two_plugs(lone=1)))
    ask = wish("late", CCS)
    booked = await holds.place_hold(ask)
    assert booked.held is not None
    first = connector_of(booked)
    other_plug = next(ids[charger, 2] for charger, number in ids if number == 1 and ids[charger, 1] == first)
    now = ask.slot.start + timedelta(minutes=20)
    await holds.release_holds(ReleaseHolds(code=ask.code, reason=ReleaseReason.NO_SHOW, now=now))
    await start_walk_in(sessions, other_plug)
    async with sessions.begin() as session:
        await session.execute(update(ChargingSession).values(reservation_code=ask.code))
    found = await holds.hold_replacement(
        replacement(
            code=ask.code,
            driver_id=ask.driver_id,
            step="late-1",
            as_long_as_free=True,
            prefer_connector_id=other_plug,
            only_connector_id=other_plug,
            now=now,
            slot=Slot(now, ask.slot.end),
        )
    )
    assert connector_of(found) == other_plug
    rest = Slot(ask.slot.start + timedelta(minutes=30), ask.slot.end)
    assert await offered(sessions, CCS, rest) == 1  # the lone one


async def test_two_plugs_of_one_bay_raced_for_are_promised_once(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(two_plugs()))
    asks = [wish(f"d{n}", (CCS, CHADEMO)[n % 2]) for n in range(10)]
    answers = await asyncio.gather(*(place_at(sessions, ask) for ask in asks))
    assert [answer.refusal is None for answer in answers].count(True) == 1
    assert {refusal_of(answer) for answer in answers if answer.refusal} == {"slot_unavailable"}


async def test_a_foreign_writer_on_the_other_plug_is_seen_by_the_constraint(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """It locks no pool and does not name the berth: the database does."""
    ids = await plant(sessions, make_seed(two_plugs()))
    await holds.place_hold(wish("a", CCS))
    copy = text(
        "INSERT INTO holds (reservation_code, step, connector_id, pool_id, driver_id, during, slot_start,"
        " slot_end, opens_at, watch_from, placed_at) SELECT 'X', 'book', :connector, pool_id, driver_id,"
        " during, slot_start, slot_end, opens_at, watch_from, placed_at FROM holds"
    )
    with pytest.raises(IntegrityError) as raised:
        async with sessions.begin() as session:
            await session.execute(copy, {"connector": ids["N-1", 2]})
    assert isinstance(raised.value.orig, ExclusionViolation)


async def test_holds_of_the_own_plug_make_way_for_a_bay_that_another_plug_has(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """CHAdeMO has the bay from two on; the two CCS bookings must be told apart around it."""
    ids = await plant(sessions, make_seed(two_plugs(bays=1, lone=1)))
    assert connector_of(await holds.place_hold(wish("a", CHADEMO, make_slot(120)))) == ids["N-1", 2]
    first = connector_of(await holds.place_hold(wish("b", CCS, make_slot(0, 60))))
    long = await holds.place_hold(wish("c", CCS, make_slot(0, 180)))
    assert connector_of(long) == ids["N-2", 1]
    async with sessions() as session:
        moved = (
            await session.scalars(select(Hold).where(Hold.reservation_code == wish("b", CCS).code))
        ).one()
        assert (moved.connector_id, moved.berth_id) == (ids["N-1", 1], ids["N-1", 1])
    assert first in {ids["N-1", 1], ids["N-2", 1]}


async def test_a_car_on_the_other_plug_takes_a_slot_for_now(
    holds: HoldActivities, sessions: Sessions
) -> None:
    ids = await plant(sessions, make_seed(two_plugs()))
    await start_walk_in(sessions, ids["N-1", 2])
    await set_status(sessions, ids["N-1", 1], "unavailable")
    now = make_booking("a", pool_id=CCS, now=NOON)
    assert refusal_of(await holds.place_hold(now)) == "slot_unavailable"


async def test_unavailable_beside_a_car_is_no_trouble_for_what_comes_later(
    holds: HoldActivities, sessions: Sessions
) -> None:
    ids = await plant(sessions, make_seed(two_plugs()))
    await start_walk_in(sessions, ids["N-1", 2])
    await set_status(sessions, ids["N-1", 1], "unavailable")
    soon = make_booking("a", pool_id=CCS, now=NOON - timedelta(minutes=30))  # within the fault watch
    booked = await holds.place_hold(soon)
    assert booked.held is not None
    locked = await holds.lock_hold(
        LockHold(code=soon.code, hold_id=booked.held.assignment.hold_id, now=NOON - timedelta(minutes=15))
    )
    assert (locked.contested, locked.faulted) == (True, False)


async def test_unavailable_beside_an_idle_plug_is_trouble(holds: HoldActivities, sessions: Sessions) -> None:
    ids = await plant(sessions, make_seed(two_plugs()))
    await set_status(sessions, ids["N-1", 1], "unavailable")
    soon = make_booking("a", pool_id=CCS, now=NOON - timedelta(minutes=30))
    assert refusal_of(await holds.place_hold(soon)) == "slot_unavailable"


@pytest.mark.parametrize("start", range(6))
async def test_offered_exactly_when_placed_whichever_plug(sessions: Sessions, start: int) -> None:
    random = Random(start)
    holds = HoldActivities(sessions)
    policy = make_policy(overlapping_per_driver=True)
    await plant(sessions, make_seed(two_plugs(bays=2, lone=1), policy=policy))
    placed: list[tuple[PlaceHold, HoldDecision]] = []
    for step in range(24):
        slot = make_slot(15 * random.randrange(0, 16), 15 * random.randrange(1, 7))
        if placed and random.random() < 0.25:
            ask, decision = random.choice(placed)
            assert decision.held is not None
            move = MoveHold(
                code=ask.code,
                hold_id=decision.held.assignment.hold_id,
                slot=slot,
                keep_connector=False,
                now=NOW,
            )
            await holds.move_hold(move)
            continue
        ask = wish(f"{step}", random.choice((CCS, CHADEMO)), slot)
        free = await offered(sessions, ask.pool_id or "", slot)
        decision = await holds.place_hold(ask)
        assert (decision.held is not None) == (free > 0)
        if decision.held is not None:
            placed.append((ask, decision))


async def sow(sessions: Sessions, plan: Seed) -> None:
    async with sessions.begin() as session:
        await seed(session, plan, now=NOW, hasher=CHEAP_HASHER)


async def test_plugs_promised_apart_cannot_be_declared_one_bay_until_that_is_over(
    holds: HoldActivities, sessions: Sessions
) -> None:
    apart, together = two_plugs(labelled=False), two_plugs()
    apart = replace(
        apart,
        chargers=tuple(ChargerSeed(id=c.id, connectors=c.connectors) for c in apart.chargers),
    )
    await plant(sessions, make_seed(apart))
    for name, pool in (("a", CCS), ("b", CHADEMO)):
        assert (await holds.place_hold(wish(name, pool))).refusal is None
    with pytest.raises(SeedInvalid, match="two drivers at once"):
        await sow(sessions, make_seed(together))
    async with sessions.begin() as session:
        await session.execute(update(Hold).where(Hold.pool_id == CHADEMO).values(released_at=NOW))
    await sow(sessions, make_seed(together))
    async with sessions() as session:
        assert len(set(await session.scalars(select(Connector.berth_id)))) == 1
        assert len(set(await session.scalars(select(Hold.berth_id)))) == 1
    assert refusal_of(await holds.place_hold(wish("c", CHADEMO))) == "slot_unavailable"


async def test_a_driver_who_charges_at_a_bay_whose_other_plug_is_promised_keeps_no_hold(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Its hold may not follow it there: the constraint would refuse it, although the connectors differ."""
    drivers = (make_driver(driver_id="driver-one", rfid=("0A",)), make_driver(driver_id="driver-two"))
    ids = await plant(sessions, make_seed(two_plugs(bays=1, lone=1), drivers=drivers))
    other = make_booking("b", pool_id=CHADEMO, driver_id="driver-two", slot=make_slot())
    assert connector_of(await holds.place_hold(other)) == ids["N-1", 2]
    mine = await holds.place_hold(wish("a", CCS))
    assert mine.held is not None
    assert connector_of(mine) == ids["N-2", 1]
    code, hold_id = wish("a", CCS).code, mine.held.assignment.hold_id
    async with sessions.begin() as session:
        hold = await session.get_one(Hold, hold_id)
        session.add(
            ChargingSession(
                charger_id="N-1",
                connector_id=ids["N-1", 1],
                transaction_id="t",
                id_tag="0A",
                driver_id=hold.driver_id,
                authorised=True,
                started_at=NOON,
                meter_start_wh=0,
                meter_last_wh=0,
                meter_at=NOON,
            )
        )
    found = await holds.match_sessions(MatchSessions(code=code, now=NOON + timedelta(minutes=1)))
    assert [one.transaction_id for one in found.sessions] == ["t"]
    async with sessions() as session:
        hold = await session.get_one(Hold, hold_id)
        assert hold.release_reason == ReleaseReason.CHARGES_ELSEWHERE
