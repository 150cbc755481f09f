"""What the payment provider said of people, and everybody has heard who had to: it names who paid, how and where."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_LET_GO = text("""
    UPDATE inbox SET payload = '{}' WHERE id IN (
        SELECT i.id FROM inbox AS i
        WHERE i.source = 'stripe' AND i.payload <> '{}'
          AND NOT EXISTS (SELECT FROM outbox AS o WHERE o.inbox_id = i.id AND o.delivered_at IS NULL)
        ORDER BY i.id LIMIT :page FOR UPDATE SKIP LOCKED
    )
""")


async def let_go_of_handled(session: AsyncSession, limit: int) -> bool:
    """Up to `limit` of them; are there more? That they came, and about which object, stays. The caller commits."""
    gone = await session.execute(_LET_GO, {"page": limit})
    count: int = gone.rowcount  # type: ignore[attr-defined] # of an UPDATE
    return count == limit
