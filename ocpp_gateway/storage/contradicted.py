"""Open sessions that their charger contradicts, wherever it is connected."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import ChargingSession
from ocpp_gateway.storage.sessions import Session, session_of_row

_MOST_AT_ONCE = 200

_CONTRADICTED = text("""
SELECT s.id, s.charger_id, s.transaction_id, s.contradicted_at, c.number
FROM sessions s JOIN connectors c ON c.id = s.connector_id
WHERE s.ended_at IS NULL AND s.contradicted_at <= :before
ORDER BY s.contradicted_at LIMIT :most
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradicted:
    session_id: int
    charger_id: str
    connector_number: int
    transaction_id: str
    contradicted_at: datetime

    @property
    def number_is_ours(self) -> bool:
        """1.6."""
        return self.transaction_id == str(self.session_id)


async def contradicted_before(connection: AsyncConnection, before: datetime) -> list[Contradicted]:
    """The longest contradicted first, at most 200."""
    rows = await connection.execute(_CONTRADICTED, {"before": before, "most": _MOST_AT_ONCE})
    return [
        Contradicted(
            session_id=row.id,
            charger_id=row.charger_id,
            connector_number=row.number,
            transaction_id=row.transaction_id,
            contradicted_at=row.contradicted_at,
        )
        for row in rows
    ]


async def locked(connection: AsyncConnection, doubt: Contradicted) -> Session | None:
    """Its row locked; None: it is not so contradicted any more, or another instance is at it."""
    row = (
        await connection.execute(
            select(ChargingSession.__table__)
            .where(
                ChargingSession.id == doubt.session_id,
                ChargingSession.ended_at.is_(None),
                ChargingSession.contradicted_at == doubt.contradicted_at,
            )
            .with_for_update(skip_locked=True)
        )
    ).one_or_none()
    return None if row is None else session_of_row(row)
