"""Whom a charger's reader let in for their own reservation, as it was recorded: what outlives the connection."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_CARD = "welcome"

# Whoever was named by a transaction since was meant by that one.
_LAST = text("""
SELECT i.answer ->> :card AS id_tag, i.received_at AS at, EXISTS (
    SELECT FROM sessions s JOIN connectors c ON c.id = s.connector_id
    WHERE c.charger_id = i.subject AND s.id_tag = i.answer ->> :card
      AND greatest(s.ended_at, s.last_sign_at, s.started_at) >= i.received_at
) AS named
FROM inbox i
WHERE i.source = 'charger' AND i.subject = :charger_id AND i.received_at >= :since AND i.kind = 'token_presented'
ORDER BY i.received_at DESC LIMIT 1
""")


class Welcome(NamedTuple):
    id_tag: str
    at: datetime


def kept_with(id_tag: str) -> dict[str, Any]:
    """To be recorded with the event of a card that was let in; no reservation is told it."""
    return {_CARD: id_tag}


async def last_welcome(connection: AsyncConnection, charger_id: str, since: datetime) -> Welcome | None:
    """The last of them; None when there is none since then, or a transaction has named it."""
    asked = {"card": _CARD, "charger_id": charger_id, "since": since}
    row = (await connection.execute(_LAST, asked)).one_or_none()
    return None if row is None or row.named or row.id_tag is None else Welcome(row.id_tag, row.at)
