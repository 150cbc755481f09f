"""Last known statuses of connectors and chargers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Charger, Connector


@dataclass(frozen=True, slots=True)
class Known:
    """`connector_id` None: the charger as a whole."""

    connector_id: int | None
    status: str


async def known_status(connection: AsyncConnection, charger_id: str, number: int) -> Known | None:
    """The last status, its row locked; None for a connector we do not have."""
    if number == 0:
        status = await connection.scalar(
            select(Charger.status).where(Charger.id == charger_id).with_for_update()
        )
        return None if status is None else Known(None, status)
    found = (
        await connection.execute(
            select(Connector.id, Connector.status)
            .where(Connector.charger_id == charger_id, Connector.number == number)
            .with_for_update()
        )
    ).one_or_none()
    return None if found is None else Known(found.id, found.status)


async def write_status(
    connection: AsyncConnection, charger_id: str, known: Known, status: str, at: datetime, error_code: str
) -> None:
    if known.connector_id is None:
        await connection.execute(update(Charger).where(Charger.id == charger_id).values(status=status))
        return
    await connection.execute(
        update(Connector)
        .where(Connector.id == known.connector_id)
        .values(status=status, status_at=at, error_code=error_code)
    )
