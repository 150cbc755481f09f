"""The last messages of each charger, for people: appended in batches, bounded by the statement itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import as_rows, nested

KEPT_MESSAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficNews:
    """`messages` and `pending_commands`: JSON arrays, newest last."""

    charger_id: str
    messages: bytes
    pending_commands: bytes


# Joined with the chargers: one that was uninstalled meanwhile must not fail the others of its batch.
# Ordered, so that two gateways that write the same chargers never wait for each other crosswise.
_KEEP = text(
    """
    INSERT INTO charger_traffic AS kept (charger_id, messages, pending_commands, updated_at)
    SELECT chargers.id, news.messages, news.pending, :now
    FROM json_to_recordset(CAST(:news AS json)) AS news (id text, messages jsonb, pending jsonb)
    JOIN chargers ON chargers.id = news.id
    ORDER BY chargers.id
    ON CONFLICT (charger_id) DO UPDATE SET
        messages = (
            SELECT COALESCE(jsonb_agg(newest.message ORDER BY newest.place), '[]')
            FROM (
                SELECT one.message, one.place
                FROM jsonb_array_elements(kept.messages || excluded.messages)
                     WITH ORDINALITY AS one (message, place)
                ORDER BY one.place DESC
                LIMIT :kept_messages
            ) AS newest
        ),
        pending_commands = excluded.pending_commands,
        updated_at = excluded.updated_at
    """
)


async def keep_traffic(connection: AsyncConnection, news: Sequence[TrafficNews], now: datetime) -> None:
    """Append each charger's messages to what is kept of it, and replace its pending commands.

    One row a charger in `news`; Postgres refuses to change a row twice in one statement.
    """
    await connection.execute(
        _KEEP,
        {
            "news": as_rows(
                {
                    "id": item.charger_id,
                    "messages": nested(item.messages),
                    "pending": nested(item.pending_commands),
                }
                for item in news
            ),
            "now": now,
            "kept_messages": KEPT_MESSAGES,
        },
    )
