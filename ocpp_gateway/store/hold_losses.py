"""Losses of a device's hold that were told already: what tells a repeated message from a second loss."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_REPEATS_WITHIN = timedelta(minutes=1)
"""Where the device does not show its holds, the same words later than this are of the hold pushed since."""

_KNOWN = text("""
SELECT h.locked_at, told.last_at,
       coalesce((g.capabilities ->> 'reports_reserved')::boolean, false) AS shows_holds,
       told.last_at IS NOT NULL AND EXISTS (
           SELECT FROM inbox e
           WHERE e.source = 'charger' AND e.subject = g.id AND e.received_at > told.last_at
             AND (e.payload ->> 'connector_id')::bigint = :connector_id
             AND e.kind = 'connector_status' AND e.payload ->> 'status' = 'reserved'
       ) AS stood_again
FROM chargers g
JOIN holds h ON h.id = :hold_id
CROSS JOIN LATERAL (
    SELECT max(e.received_at) AS last_at
    FROM inbox e
    WHERE e.source = 'charger' AND e.subject = g.id AND e.received_at >= h.locked_at
      AND e.kind = 'hold_removed' AND starts_with(e.event_id, :prefix)
) told
WHERE g.id = :charger_id
""")


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
            },
        )
    ).one()
    return KnownLosses(
        locked_at=row.locked_at,
        last_at=row.last_at,
        shows_holds=row.shows_holds,
        stood_again=row.stood_again,
    )
