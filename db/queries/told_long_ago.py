"""Messages, and what endpoints were told, that nobody asks about any more."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Target
from domain.telling.states import MessageState

# One that was sent again lately is asked about; its last sending says so.
_MESSAGES = text("""
    DELETE FROM messages WHERE id IN (
        SELECT old.id FROM messages AS old
        WHERE old.recorded_at < :before AND NOT EXISTS (
            SELECT FROM inbox AS fact JOIN outbox AS delivery ON delivery.inbox_id = fact.id
            WHERE fact.source = 'telling' AND fact.event_id = 'message_' || old.id || '_' || old.sendings
              AND (fact.received_at >= :before OR delivery.delivered_at IS NULL)
        )
        ORDER BY old.id LIMIT :page FOR UPDATE SKIP LOCKED
    )
""")
_FACTS = text("""
    WITH old AS (
        SELECT fact.id FROM inbox AS fact
        WHERE fact.source IN ('telling', 'reservation') AND fact.received_at < :before
          AND NOT EXISTS (
              SELECT FROM outbox AS other
              WHERE other.inbox_id = fact.id AND (other.delivered_at IS NULL OR other.delivered_at >= :before)
          )
        ORDER BY fact.id LIMIT :page FOR UPDATE OF fact SKIP LOCKED
    ), delivered AS (
        DELETE FROM outbox AS delivery USING old WHERE delivery.inbox_id = old.id
    )
    DELETE FROM inbox AS fact USING old WHERE fact.id = old.id
""")

_UNSERVED = text("""
    UPDATE outbox SET delivered_at = :now, outcome = :outcome WHERE id IN (
        SELECT waiting.id FROM outbox AS waiting JOIN inbox AS fact ON fact.id = waiting.inbox_id
        WHERE waiting.delivered_at IS NULL AND waiting.target = ANY(:targets) AND fact.received_at < :before
        ORDER BY waiting.id LIMIT :page FOR UPDATE OF waiting SKIP LOCKED
    )
""")


async def end_unserved(
    session: AsyncSession, targets: Collection[Target], before: datetime, now: datetime, limit: int
) -> bool:
    """Up to `limit` of what waits since `before` for targets that there are no more; are there more?

    The caller commits.
    """
    values = {
        "targets": sorted(targets),
        "before": before,
        "now": now,
        "outcome": MessageState.NOT_OFFERED.value,
        "page": limit,
    }
    ended: int = (await session.execute(_UNSERVED, values)).rowcount  # type: ignore[attr-defined] # of an UPDATE
    return ended == limit


async def forget_messages(session: AsyncSession, before: datetime, limit: int) -> bool:
    """Up to `limit` of each that were over by then; are there more? The caller commits."""
    values = {"before": before, "page": limit}
    messages = await session.execute(_MESSAGES, values)
    facts = await session.execute(_FACTS, values)
    return limit in (messages.rowcount, facts.rowcount)  # type: ignore[attr-defined] # of a DELETE
