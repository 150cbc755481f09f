"""What chargers have said of the holds that they dropped; `domain.reservation.hold_losses` decides by it."""

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Connector, Hold
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind
from domain.reservation.hold_losses import ToldLosses

_TOLD = text("""
SELECT h.locked_at, reported.last_at,
       coalesce((g.capabilities ->> 'reports_reserved')::boolean, false) AS shows_holds,
       reported.last_at IS NOT NULL AND EXISTS (
           SELECT FROM inbox e
           WHERE e.source = 'charger' AND e.subject = g.id AND e.received_at > reported.last_at
             AND (e.payload ->> 'connector_id')::bigint = :connector_id
             AND e.kind = :connector_status AND e.payload ->> 'status' = :reserved
       ) AS stood_again
FROM chargers g
JOIN holds h ON h.id = :hold_id
CROSS JOIN LATERAL (
    SELECT max(e.received_at) AS last_at
    FROM inbox e
    WHERE e.source = 'charger' AND e.subject = g.id AND e.received_at >= h.locked_at
      AND e.kind = :hold_removed AND (e.payload ->> 'hold_id')::bigint = h.id
      AND e.payload ->> 'detail' = :why
) reported
WHERE g.id = :charger_id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPlace:
    reservation_code: str
    connector_id: int
    released: bool


async def told_losses(
    connection: AsyncConnection, charger_id: str, hold_id: int, connector_id: int, why: str
) -> ToldLosses:
    """Of a hold that exists on that charger, for that reason (the detail of its events)."""
    row = (
        await connection.execute(
            _TOLD,
            {
                "charger_id": charger_id,
                "hold_id": hold_id,
                "connector_id": connector_id,
                "why": why,
                "connector_status": ChargerEventKind.CONNECTOR_STATUS.value,
                "reserved": ConnectorStatus.RESERVED.value,
                "hold_removed": ChargerEventKind.HOLD_REMOVED.value,
            },
        )
    ).one()
    return ToldLosses(
        locked_at=row.locked_at,
        last_at=row.last_at,
        shows_holds=row.shows_holds,
        stood_again=row.stood_again,
    )


async def held_place(connection: AsyncConnection, charger_id: str, hold_id: int) -> HeldPlace | None:
    """The hold on this charger with that number; None for another charger's or nobody's."""
    row = (
        await connection.execute(
            select(Hold.reservation_code, Hold.connector_id, Hold.released_at)
            .join(Connector, Connector.id == Hold.connector_id)
            .where(Connector.charger_id == charger_id, Hold.id == hold_id)
        )
    ).one_or_none()
    if row is None:
        return None
    return HeldPlace(
        reservation_code=row.reservation_code,
        connector_id=row.connector_id,
        released=row.released_at is not None,
    )
