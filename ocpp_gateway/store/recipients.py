"""Which reservations an edge at a charger concerns."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import ChargingSession, Connector, Hold


async def watching(
    connection: AsyncConnection, charger_id: str, connector_id: int | None, now: datetime
) -> list[str]:
    """Reservations with a watched hold, or an open session, on the connector (None: anywhere on the charger)."""
    return await _with_open_sessions(connection, charger_id, connector_id, now, Hold.watch_from <= now)


async def locked(connection: AsyncConnection, charger_id: str, now: datetime) -> list[str]:
    """Reservations whose connector on this charger is fixed: their hold on the device may have been lost."""
    return await _with_open_sessions(connection, charger_id, None, now, Hold.locked_at.is_not(None))


async def _with_open_sessions(
    connection: AsyncConnection,
    charger_id: str,
    connector_id: int | None,
    now: datetime,
    concerned: ColumnElement[bool],
) -> list[str]:
    held = (
        select(Hold.reservation_code.label("code"))
        .join(Connector, Connector.id == Hold.connector_id)
        .where(
            Connector.charger_id == charger_id,
            Hold.released_at.is_(None),
            # Locked and not given back: whoever overstays still has the connector after the slot.
            or_(func.upper(Hold.during) > now, Hold.locked_at.is_not(None)),
            concerned,
        )
    )
    charging = select(ChargingSession.reservation_code.label("code")).where(
        and_(
            ChargingSession.charger_id == charger_id,
            ChargingSession.ended_at.is_(None),
            ChargingSession.reservation_code.is_not(None),
        )
    )
    if connector_id is not None:
        held = held.where(Hold.connector_id == connector_id)
        charging = charging.where(ChargingSession.connector_id == connector_id)
    rows = await connection.scalars(union(held, charging))
    return sorted(str(code) for code in rows)
