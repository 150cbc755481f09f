"""Shortens what the audit trail has of webhook endpoints' addresses: a loop of the worker, as apis of the version
before go on writing whole ones while they are rolled.
"""

import asyncio
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.rounds import page_by_page, repeat
from db.engine import Sessions, create_sessions
from db.personal.whole_urls import shorten_urls

_SWEEP = timedelta(minutes=1)
_PAGE = 500


async def keep_no_whole_urls(engine: AsyncEngine, stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    sessions = create_sessions(engine)

    async def go_round() -> None:
        await shorten_all_urls(sessions)

    await repeat("whole_urls", go_round, _SWEEP, stop)


async def shorten_all_urls(sessions: Sessions, *, page: int = _PAGE) -> None:
    """All of them, a page a transaction."""
    await page_by_page(sessions, lambda session: shorten_urls(session, page))
