"""What is left open: sessions without an end, by their connector or charger."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import String, cast, exists, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from db.rows import as_rows
from db.tables import ChargingSession, Connector
from domain.charging.connector import IN_USE, ConnectorStatus
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
JOIN sessions s ON s.connector_id = c.id AND s.ended_at IS NULL AND (s.id_tag <> '' OR s.refused_for <> '')
LEFT JOIN reservations r ON r.code = s.reservation_code
WHERE (NOT s.authorised OR r.closed_at IS NOT NULL AND r.state IN ('CANCELLED', 'EXPIRED', 'UNFULFILLED'))
  AND NOT EXISTS (  -- a stop by an id that two EVSEs use at once could be the end of who may charge
    SELECT FROM sessions o WHERE o.charger_id = asked.charger_id AND o.transaction_id = s.transaction_id
      AND o.id <> s.id AND o.ended_at IS NULL AND o.contradicted_at IS NULL AND o.authorised
  )
""")


async def refused_and_open(connection: AsyncConnection, charger_ids: Sequence[str]) -> list[list[str]]:
    """For each charger: transaction ids that run although their token was refused, or whose reservation ended without
    them. One query for all.

    Without a token nothing was refused yet, unless somebody without a card was.
    """
    found: list[list[str]] = [[] for _ in charger_ids]
    asked = as_rows({"charger_id": charger_id} for charger_id in charger_ids)
    for n, transaction_id in await connection.execute(_REFUSED_AND_OPEN, {"asked": asked}):
        found[n].append(transaction_id)
    return found


@dataclass(frozen=True, slots=True)
class Spot:
    """A connector: does a session run there, and what does it show?"""

    busy: bool
    status: ConnectorStatus


async def occupancy(connection: AsyncConnection, charger_id: str) -> dict[int, bool]:
    """Every connector of the charger: does a session run there?"""
    return {connector: spot.busy for connector, spot in (await spots_of(connection, charger_id)).items()}


async def spots_of(connection: AsyncConnection, charger_id: str) -> dict[int, Spot]:
    """Every connector of the charger."""
    running = exists().where(
        ChargingSession.connector_id == Connector.id,
        ChargingSession.ended_at.is_(None),
        ChargingSession.contradicted_at.is_(None),
        or_(ChargingSession.last_sign_live, Connector.status.in_(sorted(IN_USE))),
    )
    rows = await connection.execute(
        select(Connector.id, running, Connector.status)
        .where(Connector.charger_id == charger_id)
        .order_by(Connector.id)
    )
    return {row[0]: Spot(row[1], ConnectorStatus(row[2])) for row in rows}


async def open_transaction_at(connection: AsyncConnection, charger_id: str, number: int) -> str | None:
    """The transaction open on connector `number`; None when it is not exactly one.

    0 is the charger as a whole: its main meter, which is that of a charger's only connector.
    """
    other = aliased(Connector)
    several = exists().where(other.charger_id == charger_id, other.id != Connector.id)
    found = await connection.scalars(
        select(cast(ChargingSession.transaction_id, String))
        .join(Connector, Connector.id == ChargingSession.connector_id)
        .where(
            Connector.charger_id == charger_id,
            Connector.number == number if number else ~several,
            ChargingSession.ended_at.is_(None),
        )
        .limit(2)
    )
    ids = list(found)
    return ids[0] if len(ids) == 1 else None
