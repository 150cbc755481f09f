"""What Postgres tells of changes at sites that are watched, as they are committed, on a connection of its own.

A notification only says that one should look again; whoever was not listening for a while looks at everything. What is
under way while a site begins to be watched is not told: look again a moment later.
"""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import psycopg
import structlog
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Sessions, own_connection

CHANNEL = "site_changed"
ANY_SITE = ""
"""Told instead of an id: of rules for sites without their own; also when something may have been missed."""
WATCHED_FOR = timedelta(minutes=3)
_PAUSE_S = 1.0
_WATCH = text("""
INSERT INTO watched_sites AS w (site_id, until) SELECT s.id, now() + :lasts FROM sites s WHERE s.id = :site
ON CONFLICT (site_id) DO UPDATE SET until = excluded.until WHERE w.until < now() + :lasts / 2
""")

_log = structlog.get_logger()


async def watch_site(sessions: Sessions, site_id: str) -> None:
    """Tell its changes from now on, for WATCHED_FOR. Nothing for a site that there is not."""
    async with sessions.begin() as session:
        await session.execute(_WATCH, {"site": site_id, "lasts": WATCHED_FOR})


async def tell_change(session: AsyncSession, site_id: str) -> None:
    """Of what no trigger tells, with the commit; to whoever listens, whether the site is watched or not."""
    await session.execute(select(func.pg_notify(CHANNEL, site_id)))


async def site_changes(sessions: Sessions) -> AsyncGenerator[str]:
    """Ids of sites, or ANY_SITE: first of all, and whenever the connection was away. Never ends by itself."""
    while True:
        try:
            connection = await own_connection(sessions)
            try:
                await connection.execute(f"LISTEN {CHANNEL}")
                yield ANY_SITE
                async for told in connection.notifies():
                    yield told.payload
            finally:
                await connection.close()
        except psycopg.OperationalError as error:
            _log.warning("site_changes_unheard", error=type(error).__name__)
            await asyncio.sleep(_PAUSE_S)
