"""Lets go of messages that nobody asks about any more: a loop of the worker. What was told stays, as notices."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.rounds import repeat
from db.engine import Sessions, create_sessions
from db.queries.told_long_ago import forget_messages
from db.tables import Farewell

MESSAGES_KEPT = timedelta(days=180)
FAREWELLS_KEPT = timedelta(days=1)
"""An address that was given up does not wait longer for a channel that is away, or is not there any more."""
_EVERY = timedelta(hours=1)
_PAGE = 1_000


async def keep_messages(engine: AsyncEngine, stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    sessions = create_sessions(engine)

    async def go_round() -> None:
        await forget_old_messages(sessions, datetime.now(UTC))

    await repeat("messages_kept", go_round, _EVERY, stop)


async def forget_old_messages(sessions: Sessions, now: datetime, *, page: int = _PAGE) -> None:
    """All that is older than MESSAGES_KEPT, a page a transaction; and where farewells were to go."""
    more = True
    while more:
        async with sessions.begin() as session:
            more = await forget_messages(session, now - MESSAGES_KEPT, page)
    async with sessions.begin() as session:
        await session.execute(delete(Farewell).where(Farewell.at <= now - FAREWELLS_KEPT))
