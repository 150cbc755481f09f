"""Writing what was decided: the one place where a hold's row is made, and where others make way for it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Hold
from db.tables.place.holds import NO_OVERLAP
from domain.charging.tokens import Credentials
from domain.place.holds import HoldTimes
from domain.place.pool import Choice
from domain.place.slots import Slot
from domain.terms.policy import Policy

_MOVE = text("""
UPDATE holds SET connector_id = moved.connector_id
FROM unnest(CAST(:holds AS bigint[]), CAST(:connectors AS bigint[])) AS moved (id, connector_id)
WHERE holds.id = moved.id
""")


_PLACED = insert(Hold).returning(Hold.id)


@dataclass(frozen=True, slots=True)
class Promised:
    """A hold's row that was just made: its id, and the plug it is for where its pool has several."""

    id: int
    plug: str | None


async def promise(
    session: AsyncSession,
    choice: Choice,
    times: HoldTimes,
    *,
    code: str,
    step: str,
    driver_id: str,
    credentials: Credentials,
    policy: Policy,
    now: datetime,
    locked: bool = False,
) -> Promised:
    """The new hold of the reservation's `step`, written."""
    row = {
        "reservation_code": code,
        "step": step,
        "connector_id": choice.connector_id,
        "pool_id": choice.pool_id,
        "plug": choice.plug,
        "driver_id": driver_id,
        "group_id": credentials.group_id,
        "walk_in_warning_seconds": policy.walk_in_warning.total_seconds(),
        "locked_at": now if locked else None,
        "placed_at": now,
    }
    async with others_moved(session, choice.moves):
        # A booking's own statement: a unit of work around one row costs more than all of its rules.
        connection = await session.connection()
        made = await connection.execute(_PLACED, row | _columns(times))
    return Promised(made.scalar_one(), choice.plug)


def set_times(hold: Hold, times: HoldTimes) -> None:
    for column, value in _columns(times).items():
        setattr(hold, column, value)


def _columns(times: HoldTimes) -> dict[str, Any]:
    return {
        "during": Range(times.window.start, times.window.end),
        "slot_start": times.slot.start,
        "slot_end": times.slot.end,
        "opens_at": times.opens_at,
        "watch_from": times.watch_from,
    }


def times_held(hold: Hold) -> HoldTimes:
    """Raises ValueError for a hold without bounds, which nobody writes."""
    start, end = hold.during.lower, hold.during.upper
    if start is None or end is None:
        raise ValueError(f"hold {hold.id} has no bounds: {hold.during}")
    return HoldTimes(
        slot=Slot(hold.slot_start, hold.slot_end),
        window=Slot(start, end),
        opens_at=hold.opens_at,
        watch_from=hold.watch_from,
    )


@asynccontextmanager
async def others_moved(session: AsyncSession, moves: Mapping[int, int]) -> AsyncIterator[None]:
    """Soft holds change connectors (hold id → connector id) together with what the block changes.

    Halfway such swaps collide; the exclusion constraint is asked at the end of the block, not of the commit.
    """
    if moves:
        await session.execute(text(f"SET CONSTRAINTS {NO_OVERLAP} DEFERRED"))
        await session.execute(_MOVE, {"holds": [*moves], "connectors": [*moves.values()]})
    yield
    await session.flush()
    if moves:
        await session.execute(text(f"SET CONSTRAINTS {NO_OVERLAP} IMMEDIATE"))
