"""Lets go of messages that nobody asks about any more: a loop of the worker. What was told stays, as notices."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.rounds import repeat
from db.engine import Sessions, create_sessions
from db.queries.told_long_ago import forget_messages

MESSAGES_KEPT = timedelta(days=180)
_EVERY = timedelta(hours=1)
_PAGE = 1_000


async def keep_messages(engine: AsyncEngine, stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    sessions = create_sessions(engine)

    async def go_round() -> None:
        await forget_old_messages(sessions, datetime.now(UTC))

    await repeat("messages_kept", go_round, _EVERY, stop)


async def forget_old_messages(sessions: Sessions, now: datetime, *, page: int = _PAGE) -> None:
    """All that is older than MESSAGES_KEPT, a page a transaction."""
    more = True
    while more:
        async with sessions.begin() as session:
            more = await forget_messages(session, now - MESSAGES_KEPT, page)
