"""A deadline waits for what was reported before it and is still on its way, and for nothing else."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from activities.hearing import HearingActivities
from contracts.hearing import HearOut
from db.delivery.inbox import NewEvent, Recipient, record
from db.delivery.outbox import Settled, claim, settle
from db.engine import Sessions, create_engine, create_sessions
from db.tables import Source, Target

CODE = "7F3K-2QVM-X9TD"
PATIENCE = timedelta(seconds=20)


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=4)
    yield create_sessions(engine)
    await engine.dispose()


async def reported(sessions: Sessions, received_at: datetime, *, key: str = CODE) -> None:
    event = NewEvent(
        event_id=f"{key}-{received_at.isoformat()}",
        kind="token_presented",
        subject="NORTH-1",
        at=received_at,
        received_at=received_at,
        payload=b"{}",
        recipients=[Recipient(target=Target.RESERVATION_CHARGER, key=key)],
    )
    async with sessions.begin() as session:
        await record(await session.connection(), Source.CHARGER, [event])


async def delivered(sessions: Sessions) -> None:
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        connection = await session.connection()
        found = await claim(connection, Target.RESERVATION_CHARGER, now, patience=PATIENCE, limit=10)
        settled = [Settled(id=delivery.id, outcome="signalled") for delivery in found.taken]
        await settle(connection, settled, now)


async def test_what_was_reported_before_is_waited_for(sessions: Sessions) -> None:
    deadline = datetime.now(UTC) - timedelta(minutes=1)
    await reported(sessions, deadline)
    hearing = asyncio.create_task(
        HearingActivities(sessions, PATIENCE).hear_out(HearOut(code=CODE, up_to=deadline))
    )
    done, _ = await asyncio.wait([hearing], timeout=0.5)
    assert not done
    await delivered(sessions)
    assert (await hearing).missing == 0


async def test_nothing_else_is_waited_for(sessions: Sessions) -> None:
    deadline = datetime.now(UTC) - timedelta(minutes=1)
    await reported(sessions, deadline + timedelta(milliseconds=1))
    await reported(sessions, deadline, key="SOMEBODY-ELSE")
    heard = await HearingActivities(sessions, PATIENCE).hear_out(HearOut(code=CODE, up_to=deadline))
    assert heard.missing == 0


async def test_deliveries_that_stand_still_are_waited_for_no_longer_than_patience_lasts(
    sessions: Sessions,
) -> None:
    deadline = datetime.now(UTC) - timedelta(minutes=1)
    await reported(sessions, deadline)
    hearing = HearingActivities(sessions, patience=timedelta(seconds=0.2))
    assert (await hearing.hear_out(HearOut(code=CODE, up_to=deadline))).missing == 1


async def test_what_was_received_in_time_may_be_committed_a_moment_later(sessions: Sessions) -> None:
    deadline = datetime.now(UTC)
    hearing = asyncio.create_task(
        HearingActivities(sessions, PATIENCE).hear_out(HearOut(code=CODE, up_to=deadline))
    )
    await reported(sessions, deadline)
    done, _ = await asyncio.wait([hearing], timeout=1.5)
    assert not done
    await delivered(sessions)
    assert (await hearing).missing == 0
