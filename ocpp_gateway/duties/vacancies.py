"""A stranger's session has ended where its connector goes on showing that nobody is there.

A stranger who was refused may come and go within one status (1.6 MinimumStatusDuration): no change of it tells those
who are promised the bay that it is free again, so the end of the session does.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.concerned import Edge, concerned
from db.queries.place.connectors import beside_of
from db.tables import Connector
from domain.charging.connector import ConnectorStatus, is_busy_beside
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.charging.presence import SHOWS_NOBODY
from ocpp_gateway.storage.inbox import AddressedEvent, record_all
from ocpp_gateway.storage.open_sessions import open_on_connector
from ocpp_gateway.storage.sessions import Session
from ocpp_gateway.storage.statuses import siblings_of


async def tell_vacancy(connection: AsyncConnection, charger_id: str, session: Session, now: datetime) -> bool:
    """To those whose connector is fixed there. Was anybody told?"""
    place = session.connector_id
    edge = Edge(charger_id=charger_id, connector_id=place, locked_only=True, whole_berth=True)
    (codes,) = await concerned(connection, [edge], now)
    if not codes:
        return False
    status = await _shown_by(connection, place)
    if status not in SHOWS_NOBODY or await open_on_connector(connection, place):
        return False
    if is_busy_beside((await siblings_of(connection, [place]))[place]):
        return False
    event = ChargerEvent(
        event_id=f"{charger_id}:session:{session.id}:vacated:{now.isoformat()}",
        kind=ChargerEventKind.CONNECTOR_STATUS,
        charger_id=charger_id,
        at=now,
        connector_id=place,
        status=status,
        beside=await beside_of(connection, place),
    )
    await record_all(connection, [(AddressedEvent(event=event, recipients=dict.fromkeys(codes)), now)])
    return True


async def _shown_by(connection: AsyncConnection, connector_id: int) -> ConnectorStatus:
    shown = await connection.execute(select(Connector.status).where(Connector.id == connector_id))
    return ConnectorStatus(shown.scalar_one())
