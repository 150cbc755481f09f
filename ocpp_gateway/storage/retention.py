"""Lets go of charger events and meter readings that nobody needs any more, so that neither grows for ever.

Run by the gateway, which writes these tables and knows what a charger may still re-send; no workflow is needed
for it. Every instance does it: pages are skipped where another one is at work. Small statements with pauses, so
that messages of chargers never wait for it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import TextClause, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.charging.connector import TROUBLE
from domain.charging.events import ChargerEventKind
from ocpp_gateway.rounds import rounds
from ocpp_gateway.storage.meter_readings import CORRECTED_WITHIN

log = structlog.get_logger(__name__)

SHORTEST = timedelta(days=7)
"""Chargers have been seen to re-send after a week without a connection; never keep less."""
FAULTS_KEPT = 4
"""Faults are what operators look back at: they stay this many times as long."""
_PAGE = 1_000

# Rows are numbered as they come, so walking by number finds the old ones first and needs no further index.
# Deliveries go in the same statement: the foreign key is checked at its end.
_PURGE = text("""
    WITH page AS MATERIALIZED (
        SELECT id, received_at FROM inbox WHERE source = 'charger' AND id > :after ORDER BY id LIMIT :page
    ), old AS (
        SELECT event.id
        FROM inbox AS event JOIN page ON page.id = event.id
        WHERE event.received_at < :before
          AND (event.received_at < :faults_before OR event.kind <> :status_kind
               OR NOT COALESCE(event.payload ->> 'status', '') = ANY (CAST(:trouble AS text[])))
          AND NOT EXISTS (
              SELECT FROM outbox AS delivery
              WHERE delivery.inbox_id = event.id
                AND (delivery.delivered_at IS NULL OR delivery.delivered_at >= :before)
          )
          AND NOT EXISTS (
              SELECT FROM sessions
              WHERE sessions.charger_id = event.subject AND sessions.ended_at IS NULL
          )
        FOR UPDATE OF event SKIP LOCKED
    ), delivered AS (
        DELETE FROM outbox AS delivery USING old WHERE delivery.inbox_id = old.id
    ), gone AS (
        DELETE FROM inbox AS event USING old WHERE event.id = old.id RETURNING event.id
    )
    SELECT max(page.id) AS last, min(page.received_at) AS first_at, (SELECT count(*) FROM gone) AS removed
    FROM page
""")


_FORGET_TROUBLES = text("""
    DELETE FROM troubles WHERE id IN (
        SELECT id FROM troubles WHERE ended_at < :before AND began_at < :before
        ORDER BY began_at, id LIMIT :page FOR UPDATE SKIP LOCKED
    )
""")

# What whoever bills walk-ins has received; without a recipient there are none.
_FORGET_WALK_INS = text("""
    WITH old AS (
        SELECT event.id FROM inbox AS event JOIN outbox AS delivery ON delivery.inbox_id = event.id
        WHERE event.source = 'walk_in' AND delivery.delivered_at < :before
        ORDER BY event.id LIMIT :page FOR UPDATE OF event, delivery SKIP LOCKED
    ), delivered AS (
        DELETE FROM outbox AS delivery USING old WHERE delivery.inbox_id = old.id
    )
    DELETE FROM inbox AS event USING old WHERE event.id = old.id
""")

# Decided or not: nobody places what ended a year ago.
_FORGET_UNPLACED = text("""
    DELETE FROM unplaced_transactions WHERE id IN (
        SELECT id FROM unplaced_transactions WHERE ended_at < :before AND heard_at < :before
        ORDER BY ended_at, id LIMIT :page FOR UPDATE SKIP LOCKED
    )
""")

_FORGET_REFUSED_CARDS = text("""
    DELETE FROM refused_cards WHERE id IN (
        SELECT id FROM refused_cards WHERE last_at < :before ORDER BY last_at LIMIT :page FOR UPDATE SKIP LOCKED
    )
""")

# A bill keeps the readings it rests on. Found by when they came, so that open sessions are passed quickly.
_PURGE_READINGS = text("""
    DELETE FROM meter_readings WHERE id IN (
        SELECT reading.id FROM meter_readings AS reading JOIN sessions ON sessions.id = reading.session_id
        WHERE reading.received_at < :before AND sessions.ended_at < :before
        ORDER BY reading.received_at LIMIT :page
        FOR UPDATE OF reading SKIP LOCKED
    )
""")


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
        await rounds(self._every_s, self.purge)

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
            async with self._engine.begin() as connection:
                await forget_troubles(connection, before=now - FAULTS_KEPT * self._kept)
                long_ago = {"before": now - FAULTS_KEPT * self._kept, "page": _PAGE}
                await connection.execute(_FORGET_UNPLACED, long_ago)
                await connection.execute(_FORGET_REFUSED_CARDS, long_ago)
            await self._page_by_page(_FORGET_WALK_INS, now - self._kept)
            await self._purge_readings(now)
        except (SQLAlchemyError, OSError) as error:
            log.warning("events_not_purged", error=type(error).__name__)
        if removed:
            log.info("events_purged", events=removed, older_than=(now - self._kept).isoformat())
        return removed

    async def _purge_readings(self, now: datetime) -> None:
        """Of sessions that have ended so long ago that nothing corrects them any more."""
        await self._page_by_page(_PURGE_READINGS, now - max(self._kept, 2 * CORRECTED_WITHIN))

    async def _page_by_page(self, statement: TextClause, before: datetime) -> None:
        removed = _PAGE
        while removed == _PAGE:
            async with self._engine.begin() as connection:
                result = await connection.execute(statement, {"before": before, "page": _PAGE})
            removed = result.rowcount
            await asyncio.sleep(self._pause_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """`last`: the number to go on after; None: what follows is not old."""

    removed: int
    last: int | None


async def forget_troubles(connection: AsyncConnection, *, before: datetime) -> None:
    """A thousand at most of those that were over by then: more there never are between two purges."""
    await connection.execute(_FORGET_TROUBLES, {"before": before, "page": _PAGE})


async def purge_page(connection: AsyncConnection, *, after: int, now: datetime, kept: timedelta) -> Purged:
    """Remove what is older than `kept` among the next thousand events numbered above `after`.

    Stays: what a workflow has not yet heard; everything of a charger with an open session, whose messages may
    still be re-sent and must be recognised; faults, for four times as long.
    """
    before = now - kept
    row = (
        await connection.execute(
            _PURGE,
            {
                "after": after,
                "page": _PAGE,
                "before": before,
                "faults_before": now - FAULTS_KEPT * kept,
                "status_kind": ChargerEventKind.CONNECTOR_STATUS.value,
                "trouble": [status.value for status in TROUBLE],
            },
        )
    ).one()
    more = row.first_at is not None and row.first_at < before
    return Purged(removed=row.removed, last=row.last if more else None)
