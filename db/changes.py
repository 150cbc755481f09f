"""What Postgres tells of changes of what is watched, as they are committed, on a connection of its own.

A notification only says that one should look again; whoever was not listening for a while looks at everything. What is
under way while something begins to be watched is not told: look again a moment later.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import psycopg
import structlog
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Sessions, own_connection

ANY = ""
"""Told instead of an id: of rules for sites without their own; also when something may have been missed."""
WATCHED_FOR = timedelta(minutes=3)
_PAUSE_S = 1.0


class Kind(StrEnum):
    """Of what changes; the channel of Postgres on which it is told."""

    SITE = "site_changed"
    RESERVATION = "reservation_changed"


@dataclass(frozen=True, slots=True)
class Subject:
    """What changes. `id`: the site's, the reservation's code, or ANY."""

    kind: Kind
    id: str

    def concerns(self, other: "Subject") -> bool:
        """Does who looks at `other` look again when this is told?"""
        return self.kind is other.kind and self.id in (ANY, other.id)


_WATCH = {
    Kind.SITE: text("""
INSERT INTO watched_sites AS w (site_id, until) SELECT s.id, now() + :lasts FROM sites s WHERE s.id = :id
ON CONFLICT (site_id) DO UPDATE SET until = excluded.until WHERE w.until < now() + :lasts / 2
"""),
    Kind.RESERVATION: text("""
INSERT INTO watched_reservations AS w (code, until) VALUES (:id, now() + :lasts)
ON CONFLICT (code) DO UPDATE SET until = excluded.until WHERE w.until < now() + :lasts / 2
"""),
}
# After one's own row is written: who waits for nobody else's closes no ring.
_FORGET = text("""
DELETE FROM watched_reservations WHERE code IN (
    SELECT code FROM watched_reservations WHERE until < now() ORDER BY until LIMIT 100 FOR UPDATE SKIP LOCKED
)
""")

_log = structlog.get_logger()


async def watch(sessions: Sessions, subject: Subject) -> None:
    """Tell its changes from now on, for WATCHED_FOR. Nothing for a site that there is not.

    Reservations come and go: whose time is over is forgotten.
    """
    async with sessions.begin() as session:
        await session.execute(_WATCH[subject.kind], {"id": subject.id, "lasts": WATCHED_FOR})
        if subject.kind is Kind.RESERVATION:
            await session.execute(_FORGET)


async def tell_change(session: AsyncSession, subject: Subject) -> None:
    """Of what no trigger tells, with the commit; to whoever listens, whether it is watched or not."""
    await session.execute(select(func.pg_notify(subject.kind.value, subject.id)))


async def hear(sessions: Sessions, *kinds: Kind) -> AsyncGenerator[Subject]:
    """Changes of these kinds; ANY of each first of all, and whenever the connection was away. Never ends by itself."""
    while True:
        try:
            connection = await own_connection(sessions)
            try:
                for kind in kinds:
                    await connection.execute(f"LISTEN {kind.value}")
                for kind in kinds:
                    yield Subject(kind, ANY)
                async for told in connection.notifies():
                    yield Subject(Kind(told.channel), told.payload)
            finally:
                await connection.close()
        except psycopg.OperationalError as error:
            _log.warning("changes_unheard", error=type(error).__name__)
            await asyncio.sleep(_PAUSE_S)
