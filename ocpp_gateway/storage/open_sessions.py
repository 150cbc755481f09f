"""What is left open: sessions without an end, by their connector or charger."""

from collections.abc import Sequence

from sqlalchemy import String, cast, exists, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import as_rows
from db.tables import ChargingSession, Connector
from ocpp_gateway.storage.sessions import Session, session_of_row


async def open_on_connector(connection: AsyncConnection, connector_id: int) -> list[Session]:
    rows = await connection.execute(
        select(ChargingSession.__table__)
        .where(ChargingSession.connector_id == connector_id, ChargingSession.ended_at.is_(None))
        .with_for_update()
    )
    return [session_of_row(row) for row in rows]


# By connector: its open sessions have an index, a charger's whole history is not looked through.
_REFUSED_AND_OPEN = text("""
SELECT asked.n, s.transaction_id
FROM json_to_recordset(CAST(:asked AS json)) AS asked (n int, charger_id text)
JOIN connectors c ON c.charger_id = asked.charger_id
JOIN sessions s ON s.connector_id = c.id AND s.ended_at IS NULL AND s.id_tag <> ''
LEFT JOIN reservations r ON r.code = s.reservation_code
WHERE NOT s.authorised OR r.closed_at IS NOT NULL AND r.state IN ('CANCELLED', 'EXPIRED', 'UNFULFILLED')
""")


async def refused_and_open(connection: AsyncConnection, charger_ids: Sequence[str]) -> list[list[str]]:
    """For each charger: transaction ids that run although their token was refused, or whose reservation ended without
    them. One query for all.

    Without a token nothing was refused yet.
    """
    found: list[list[str]] = [[] for _ in charger_ids]
    asked = as_rows({"charger_id": charger_id} for charger_id in charger_ids)
    for n, transaction_id in await connection.execute(_REFUSED_AND_OPEN, {"asked": asked}):
        found[n].append(transaction_id)
    return found


async def occupancy(connection: AsyncConnection, charger_id: str) -> dict[int, bool]:
    """Every connector of the charger: does a session run there?"""
    running = exists().where(
        ChargingSession.connector_id == Connector.id,
        ChargingSession.ended_at.is_(None),
        ChargingSession.contradicted_at.is_(None),
    )
    rows = await connection.execute(
        select(Connector.id, running).where(Connector.charger_id == charger_id).order_by(Connector.id)
    )
    return {row[0]: row[1] for row in rows}


async def open_transaction_at(connection: AsyncConnection, charger_id: str, number: int) -> str | None:
    """The transaction open on connector `number`; None when it is not exactly one."""
    found = await connection.scalars(
        select(cast(ChargingSession.transaction_id, String))
        .join(Connector, Connector.id == ChargingSession.connector_id)
        .where(
            Connector.charger_id == charger_id,
            Connector.number == number,
            ChargingSession.ended_at.is_(None),
        )
        .limit(2)
    )
    ids = list(found)
    return ids[0] if len(ids) == 1 else None
