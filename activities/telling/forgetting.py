"""Lets go of messages that nobody asks about any more, and ends those that nobody sends: a loop of the worker. What was
told stays, as notices.
"""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.rounds import page_by_page, repeat
from activities.telling.facts import SERVED_BY
from db.engine import Sessions, create_sessions
from db.queries.told_long_ago import end_unserved, forget_messages
from db.tables import Farewell
from domain.telling.channels import Channel

MESSAGES_KEPT = timedelta(days=180)
FAREWELLS_KEPT = timedelta(days=1)
"""An address that was given up does not wait longer for a channel that is away, or is not there any more."""
UNSERVED_FOR = timedelta(days=2)
"""So long something waits for a channel that is not there any more: twice as long as for one that takes nothing."""
_EVERY = timedelta(hours=1)
_PAGE = 1_000


async def keep_messages(engine: AsyncEngine, served: Collection[Channel], stop: asyncio.Event) -> None:
    """Until `stop` is set. `served`: channels by which this installation sends."""
    sessions = create_sessions(engine)

    async def go_round() -> None:
        now = datetime.now(UTC)
        await end_what_nobody_sends(sessions, served, now)
        await forget_old_messages(sessions, now)

    await repeat("messages_kept", go_round, _EVERY, stop)


async def end_what_nobody_sends(
    sessions: Sessions, served: Collection[Channel], now: datetime, *, page: int = _PAGE
) -> None:
    """A page a transaction. A worker that has the channel gives it up sooner itself, so that workers which are not of
    one mind take nothing from each other.
    """
    targets = {target for channel, target in SERVED_BY.items() if channel not in served}
    if targets:
        await page_by_page(
            sessions, lambda session: end_unserved(session, targets, now - UNSERVED_FOR, now, page)
        )


async def forget_old_messages(sessions: Sessions, now: datetime, *, page: int = _PAGE) -> None:
    """All that is older than MESSAGES_KEPT, a page a transaction; and where farewells were to go."""
    await page_by_page(sessions, lambda session: forget_messages(session, now - MESSAGES_KEPT, page))
    async with sessions.begin() as session:
        await session.execute(delete(Farewell).where(Farewell.at <= now - FAREWELLS_KEPT))
