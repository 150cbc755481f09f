"""What the exclusion constraint refuses, whoever writes (promise P1)."""

import asyncio
from datetime import timedelta

import pytest
from psycopg.errors import ExclusionViolation
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from activities.holds.activities import HoldActivities
from db.engine import Sessions
from tests.activities.holds.hold_desk import refusal_of
from tests.factories import NOON, make_booking, make_seed, make_site, plant


async def test_the_constraint_refuses_what_no_code_checked(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed())
    await holds.place_hold(make_booking("a"))
    copy = text(
        "INSERT INTO holds (reservation_code, step, connector_id, pool_id, driver_id, during, slot_start,"
        " slot_end, opens_at, watch_from, placed_at) SELECT 'X', 'book', connector_id, pool_id, driver_id,"
        " during, slot_start, slot_end, opens_at, watch_from, placed_at FROM holds"
    )
    with pytest.raises(IntegrityError) as raised:
        async with sessions.begin() as session:
            await session.execute(copy)
    assert isinstance(raised.value.orig, ExclusionViolation)


async def test_a_foreign_writer_who_holds_the_last_connector_makes_it_unavailable(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Two connections race; the other one does not lock the pool and has not committed yet."""
    await plant(sessions, make_seed(make_site(chargers=1)))
    async with sessions.begin() as session:
        await session.execute(text("INSERT INTO drivers (id, created_at) VALUES ('x', now());"))
    async with sessions() as other:
        await other.execute(
            text(
                "INSERT INTO holds (reservation_code, step, connector_id, pool_id, driver_id, during, slot_start,"
                " slot_end, opens_at, watch_from, placed_at) VALUES ('X', 'book', 1, 'north-dc', 'x',"
                " tstzrange(:a, :b), :a, :b, :a, :a, :a)"
            ),
            {"a": NOON, "b": NOON + timedelta(hours=1)},
        )
        racing = asyncio.create_task(holds.place_hold(make_booking()))
        async with sessions() as watcher:
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not await watcher.scalar(waiting):
                await watcher.rollback()
        await other.commit()
    assert refusal_of(await racing) == "slot_unavailable"
