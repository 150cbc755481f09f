"""Losses of a device's hold that were told already: what tells a repeated message from a second loss."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Connector, Hold
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind

_REPEATS_WITHIN = timedelta(minutes=1)
"""Where the device does not show its holds, the same words later than this are of the hold pushed since."""

_KNOWN = text("""
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
      AND e.kind = :hold_removed AND starts_with(e.event_id, :prefix)
) reported
WHERE g.id = :charger_id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPlace:
    reservation_code: str
    connector_id: int
    released: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLosses:
    """Of one hold, for one reason. `stood_again`: its connector has shown Reserved since the last one.

    `shows_holds`: the device is known to show them, so a hold lost once more is also found by its status.
    """

    locked_at: datetime | None
    last_at: datetime | None
    shows_holds: bool
    stood_again: bool

    def is_told(self, now: datetime) -> bool:
        """Is a message that says so now the last one again?"""
        if self.last_at is None or self.stood_again:
            return False
        return self.shows_holds or now - self.last_at < _REPEATS_WITHIN

    @property
    def since(self) -> str:
        """Names the next loss: the same for all who have seen the same ones before."""
        last = self.last_at or self.locked_at
        return "" if last is None else last.isoformat()


async def known_losses(
    connection: AsyncConnection, charger_id: str, hold_id: int, connector_id: int, loss: str
) -> KnownLosses:
    """Of a hold that exists on that charger; `loss` begins the event ids of this hold and reason."""
    row = (
        await connection.execute(
            _KNOWN,
            {
                "charger_id": charger_id,
                "hold_id": hold_id,
                "connector_id": connector_id,
                "prefix": f"{loss}:",
                "connector_status": ChargerEventKind.CONNECTOR_STATUS.value,
                "reserved": ConnectorStatus.RESERVED.value,
                "hold_removed": ChargerEventKind.HOLD_REMOVED.value,
            },
        )
    ).one()
    return KnownLosses(
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
