"""What chargers said that is old enough to go, with its deliveries, a page of rows at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.connector import TROUBLE
from domain.charging.events import ChargerEventKind

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
    ), told AS (
        DELETE FROM outbox AS delivery USING old WHERE delivery.inbox_id = old.id
    ), gone AS (
        DELETE FROM inbox AS event USING old WHERE event.id = old.id RETURNING event.id
    )
    SELECT max(page.id) AS last, min(page.received_at) AS first_at, (SELECT count(*) FROM gone) AS removed
    FROM page
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """`last`: the number to go on after; None: what follows is not old."""

    removed: int
    last: int | None


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
