"""Lets go of charger events that nobody needs any more, so that the inbox does not grow for ever.

Run by the gateway, which writes these tables and knows what a charger may still re-send; no workflow is needed
for it. Every instance does it: pages are skipped where another one is at work. Small statements with pauses, so
that messages of chargers never wait for it.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ocpp_gateway.storage.retention import purge_page

log = structlog.get_logger(__name__)

SHORTEST = timedelta(days=7)
"""Chargers have been seen to re-send after a week without a connection; never keep less."""


class EventRetention:
    """`kept`: at least SHORTEST; ValueError otherwise."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        kept: timedelta = timedelta(days=90),
        every_s: float = 3600.0,
        pause_s: float = 0.2,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if kept < SHORTEST:
            raise ValueError(f"charger events must be kept for at least {SHORTEST.days} days")
        self._engine = engine
        self._kept = kept
        self._every_s = every_s
        self._pause_s = pause_s
        self._clock = clock

    async def run(self) -> None:
        """Purge for ever; first after one interval, so that a restart has better things to do."""
        while True:
            await asyncio.sleep(self._every_s)
            await self.purge()

    async def purge(self) -> int:
        """Remove all that is old; how many events went. What fails is left for the next time."""
        now, removed, after = self._clock(), 0, 0
        try:
            while True:
                async with self._engine.begin() as connection:
                    page = await purge_page(connection, after=after, now=now, kept=self._kept)
                removed += page.removed
                if page.last is None:
                    break
                after = page.last
                await asyncio.sleep(self._pause_s)
        except (SQLAlchemyError, OSError) as error:
            log.warning("events_not_purged", error=type(error).__name__)
        if removed:
            log.info("events_purged", events=removed, older_than=(now - self._kept).isoformat())
        return removed
