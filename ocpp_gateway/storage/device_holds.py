"""What our connected chargers show beside what we hold there: one set-based look, and the newest hold given back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.capabilities import CapabilityRecord
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind
from domain.reservation.lifecycle import State

_GIVEN_BACK_LATELY = timedelta(days=1)
"""Devices drop a hold at its expiry: what ended longer ago is not what they show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One connector: what it shows, and the hold we have locked there, if any.

    `awaited`: the reservation is locked and its driver is expected; or nothing has been published about it yet.
    `stranger_began`: somebody else's transaction began there since the lock.
    """

    charger_id: str
    connector_id: int
    status: ConnectorStatus
    status_at: datetime | None
    record: CapabilityRecord
    hold_id: int | None
    reservation_code: str | None
    locked_at: datetime | None
    awaited: bool
    stranger_began: bool


@dataclass(frozen=True, slots=True)
class ReportedLoss:
    """A loss that was recorded for a hold's reservation. `heard_at`: when its workflow was told; None: not yet."""

    event_id: str
    heard_at: datetime | None


# The index on holds is by connector and end; a released hold is looked for only where something is amiss.
_SIGHTS = text("""
SELECT c.id AS connector_id, c.charger_id, c.status, c.status_at, ch.capabilities,
       h.id AS hold_id, h.reservation_code, h.locked_at,
       coalesce(r.state, :locked) = :locked AND h.slot_end > :now
           AND coalesce((r.snapshot ->> 'arrive_by')::timestamptz, h.slot_end) > :now AS awaited,
       h.id IS NOT NULL AND EXISTS (
           SELECT FROM inbox e
           WHERE e.source = 'charger' AND e.subject = c.charger_id AND e.received_at >= h.locked_at
             AND (e.payload ->> 'connector_id')::bigint = c.id AND e.kind = :stranger_started
       ) AS stranger_began
FROM connectors c
JOIN chargers ch ON ch.id = c.charger_id
LEFT JOIN holds h ON h.connector_id = c.id AND h.released_at IS NULL AND h.locked_at IS NOT NULL
LEFT JOIN reservations r ON r.code = h.reservation_code
WHERE c.charger_id = ANY(:chargers) AND (h.id IS NOT NULL OR c.status = :reserved)
""")

# By the index on charger and time; what is told of a hold is told after its lock.
_REPORTS = text("""
SELECT e.event_id, d.delivered_at
FROM inbox e LEFT JOIN outbox d ON d.inbox_id = e.id
WHERE e.source = 'charger' AND e.subject = :charger AND e.received_at >= :locked_at
  AND e.kind = :hold_removed AND starts_with(e.event_id, :prefix)
ORDER BY e.id
""")

_GIVEN_BACK = text("""
SELECT DISTINCT ON (h.connector_id) h.connector_id, h.id
FROM holds h
WHERE h.connector_id = ANY(:connectors) AND h.slot_end > :since
  AND h.released_at IS NOT NULL AND h.locked_at IS NOT NULL
ORDER BY h.connector_id, h.released_at DESC, h.id DESC
""")


async def sights(connection: AsyncConnection, charger_ids: Sequence[str], now: datetime) -> list[Sight]:
    """Connectors of these chargers with a locked hold of ours, or showing Reserved."""
    rows = await connection.execute(
        _SIGHTS,
        {
            "chargers": list(charger_ids),
            "now": now,
            "locked": State.LOCKED.value,
            "reserved": ConnectorStatus.RESERVED.value,
            "stranger_started": ChargerEventKind.STRANGER_STARTED.value,
        },
    )
    return [_sight(row) for row in rows.mappings()]


async def reports_of(connection: AsyncConnection, sight: Sight, prefix: str) -> list[ReportedLoss]:
    """What any gateway has told of this hold under event ids that begin so, oldest first."""
    rows = await connection.execute(
        _REPORTS,
        {
            "charger": sight.charger_id,
            "locked_at": sight.locked_at,
            "prefix": prefix,
            "hold_removed": ChargerEventKind.HOLD_REMOVED.value,
        },
    )
    return [ReportedLoss(row.event_id, row.delivered_at) for row in rows]


async def newest_given_back(
    connection: AsyncConnection, connector_ids: Sequence[int], now: datetime
) -> dict[int, int]:
    """Connector → the hold last given back that its charger may still have."""
    rows = await connection.execute(
        _GIVEN_BACK, {"connectors": list(connector_ids), "since": now - _GIVEN_BACK_LATELY}
    )
    return {row.connector_id: row.id for row in rows}


def _sight(row: Mapping[Any, Any]) -> Sight:
    return Sight(
        charger_id=row["charger_id"],
        connector_id=row["connector_id"],
        status=ConnectorStatus(row["status"]),
        status_at=row["status_at"],
        record=CapabilityRecord.from_document(row["capabilities"]),
        hold_id=row["hold_id"],
        reservation_code=row["reservation_code"],
        locked_at=row["locked_at"],
        awaited=row["hold_id"] is not None and row["awaited"],
        stranger_began=row["stranger_began"],
    )
