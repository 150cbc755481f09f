"""How often promises at each berth were not kept is counted anew, by a loop of the worker; bookings read the result."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.rounds import repeat
from db.engine import Sessions, create_sessions
from db.queries.place.berth_records import berth_records, claim_count, keep_records
from domain.place.berth_rates import rates_of

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=1)
"""However many workers there are. What was seen in half a year does not change in an hour."""
_SWEEP = timedelta(minutes=5)


async def count_berths(engine: AsyncEngine, stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    sessions = create_sessions(engine)

    async def go_round() -> None:
        await count_due(sessions, datetime.now(UTC))

    await repeat("berth_records", go_round, _SWEEP, stop)


async def count_due(sessions: Sessions, now: datetime, every: timedelta = EVERY) -> bool:
    """False: somebody has counted less than `every` ago, or does at this moment."""
    async with sessions.begin() as session:
        if not await claim_count(session, now, every):
            return False
        records = await berth_records(session, now)
        await keep_records(session, records, rates_of(records), now)
    return True
