"""Lock time: the connector is fixed, on another one if the present one cannot serve."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from activities.holds.activities import HoldActivities
from contracts.holds import HoldDecision, LockHold
from db.engine import Sessions
from db.tables import Charger, ChargingSession, Connector
from tests.activities.holds.hold_desk import connector_of, hold_row, set_status, start_walk_in
from tests.factories import (
    NOON,
    make_booking,
    make_seed,
    make_site,
    make_slot,
    plant,
)

LOCK_TIME = NOON - timedelta(minutes=15)


def lock(decision: HoldDecision, name: str = "one") -> LockHold:
    assert decision.held is not None
    return LockHold(code=make_booking(name).code, hold_id=decision.held.assignment.hold_id, now=LOCK_TIME)


async def test_lock_keeps_a_healthy_idle_connector(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed())
    booked = await holds.place_hold(make_booking())
    locked = await holds.lock_hold(lock(booked))
    assert (locked.held, locked.contested, locked.faulted) == (booked.held, False, False)
    assert (await hold_row(sessions, booked)).locked_at == LOCK_TIME
    assert await holds.lock_hold(replace(lock(booked), now=NOON)) == locked
    assert (await hold_row(sessions, booked)).locked_at == LOCK_TIME


async def test_lock_tells_since_when_the_charger_is_silent(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed())
    booked = await holds.place_hold(make_booking())
    assert (await holds.lock_hold(lock(booked))).silent_since is None
    heard = LOCK_TIME - timedelta(seconds=30)
    async with sessions.begin() as session:
        await session.execute(update(Charger).values(gateway_instance=None, last_seen_at=heard))
    locked = await holds.lock_hold(lock(booked))
    assert (locked.faulted, locked.silent_since) == (False, heard)


@pytest.mark.parametrize("trouble", ["faulted", "unavailable", "charging"])
async def test_lock_moves_away_from_trouble(holds: HoldActivities, sessions: Sessions, trouble: str) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    booked = await holds.place_hold(make_booking())
    await set_status(sessions, connector_of(booked), trouble)
    locked = await holds.lock_hold(lock(booked))
    assert locked.held.assignment.connector_id != connector_of(booked)
    assert (locked.contested, locked.faulted) == (False, False)


async def test_lock_swaps_with_a_soft_hold(holds: HoldActivities, sessions: Sessions) -> None:
    """B sits on the idle connector but later; A takes it and B gets what A leaves."""
    await plant(sessions, make_seed(make_site(chargers=2)))
    a = await holds.place_hold(make_booking("a", slot=make_slot(0, 60)))
    b = await holds.place_hold(make_booking("b", slot=make_slot(30, 60)))
    await start_walk_in(sessions, connector_of(a))
    locked = await holds.lock_hold(lock(a, "a"))
    assert locked.held.assignment.connector_id == connector_of(b)
    assert not locked.contested
    assert (await hold_row(sessions, b)).connector_id == connector_of(a)


async def test_lock_is_contested_when_every_connector_is_taken(
    holds: HoldActivities, sessions: Sessions
) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=2)))
    booked = await holds.place_hold(make_booking())
    for connector in ids.values():
        await start_walk_in(sessions, connector)
    locked = await holds.lock_hold(lock(booked))
    assert (locked.held, locked.contested, locked.faulted) == (booked.held, True, False)


async def test_lock_is_not_contested_by_the_drivers_own_session(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed())
    booked = await holds.place_hold(make_booking())
    await start_walk_in(sessions, connector_of(booked), make_booking().code)
    locked = await holds.lock_hold(lock(booked))
    assert (locked.held, locked.contested) == (booked.held, False)


@pytest.mark.parametrize("contradicted", [True, False])
async def test_lock_asks_whether_who_came_before_is_still_there(
    contradicted: bool, holds: HoldActivities, sessions: Sessions
) -> None:
    """K1.2, booked before: a walk-in came, power failed, and the charger has shown since that nobody is there. No stop
    was told, and the session has not ended yet.
    """
    await plant(sessions, make_seed(make_site(chargers=2)))
    booked = await holds.place_hold(make_booking())
    await start_walk_in(sessions, connector_of(booked))
    async with sessions.begin() as session:
        row = await session.get_one(Connector, connector_of(booked))
        row.status, row.status_at = "available", LOCK_TIME
        if contradicted:
            await session.execute(update(ChargingSession).values(contradicted_at=LOCK_TIME))
    locked = await holds.lock_hold(lock(booked))
    assert (locked.contested, locked.faulted) == (False, False)
    assert (locked.held == booked.held) is contradicted


async def test_lock_reports_a_fault_when_nothing_works(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    booked = await holds.place_hold(make_booking())
    async with sessions.begin() as session:
        await session.execute(update(Connector).values(status="faulted"))
        await session.execute(update(Charger).values(gateway_instance=None))
    locked = await holds.lock_hold(lock(booked))
    assert (locked.held, locked.faulted, locked.contested) == (booked.held, True, False)
