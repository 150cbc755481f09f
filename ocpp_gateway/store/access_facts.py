"""The facts of an access decision, inside the transaction that will record its outcome."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from db.queries import access
from db.queries.access import AccessFacts
from db.tables import ChargingSession


async def access_facts(
    connection: AsyncConnection, charger_id: str, id_tag: str, now: datetime
) -> AccessFacts:
    """What is known of `id_tag` and of every connector of the charger, as of `now`. One query."""
    # The session borrows our transaction and leaves it open.
    async with AsyncSession(bind=connection, join_transaction_mode="rollback_only") as session:
        return await access.access_facts(session, charger_id=charger_id, id_tag=id_tag, now=now)


@dataclass(frozen=True, slots=True)
class OpenSession:
    connector_id: int
    id_tag: str
    driver_id: str | None


async def open_sessions(connection: AsyncConnection, charger_id: str) -> tuple[OpenSession, ...]:
    """The authorised sessions open on the charger."""
    rows = await connection.execute(
        select(ChargingSession.connector_id, ChargingSession.id_tag, ChargingSession.driver_id).where(
            ChargingSession.charger_id == charger_id,
            ChargingSession.ended_at.is_(None),
            ChargingSession.authorised,
        )
    )
    return tuple(OpenSession(row.connector_id, row.id_tag, row.driver_id) for row in rows)
