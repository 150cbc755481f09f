"""What our connected chargers show beside what we hold and had pushed there, and the newest hold given back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Hold, Target
from domain.charging.capabilities import CapabilityRecord
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind, HoldLoss
from domain.reservation.hold_losses import Push

_GIVEN_BACK_LATELY = timedelta(days=1)
"""Devices drop a hold at its expiry: what ended longer ago is not what they show."""
_CAME = (ChargerEventKind.TOKEN_PRESENTED, ChargerEventKind.TRANSACTION_STARTED)
"""They reach only the reservation that they serve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One connector: what it shows, and the hold we have locked there, if any.

    `push`: the last ReserveNow sent for it. `came_at`: when its driver was last told to be there since the lock.
    `stranger_began`: somebody else's transaction began there since the lock. `by_hand`: an operator holds it.
    """

    charger_id: str
    connector_id: int
    status: ConnectorStatus
    status_at: datetime | None
    record: CapabilityRecord
    hold_id: int | None
    reservation_code: str | None
    locked_at: datetime | None
    push: Push | None
    came_at: datetime | None
    stranger_began: bool
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class ReportedLoss:
    """A loss that was recorded for a hold's reservation. `heard_at`: when its workflow was told; None: not yet."""

    event_id: str
    heard_at: datetime | None


# The index on holds is by connector and end; a released hold is looked for only where something is amiss.
_SIGHTS = text("""
SELECT c.id AS connector_id, c.charger_id, c.status, c.status_at, ch.capabilities,
       h.id AS hold_id, h.reservation_code, h.locked_at, h.pushed_at, h.pushed_until,
       (
           SELECT max(e.received_at)
           FROM inbox e
           JOIN outbox d ON d.inbox_id = e.id AND d.target = :reservation AND d.key = h.reservation_code
           WHERE e.source = 'charger' AND e.subject = c.charger_id AND e.received_at >= h.locked_at
             AND e.kind = ANY(:came)
       ) AS came_at,
       h.id IS NOT NULL AND EXISTS (
           SELECT FROM inbox e
           WHERE e.source = 'charger' AND e.subject = c.charger_id AND e.received_at >= h.locked_at
             AND (e.payload ->> 'connector_id')::bigint = c.id AND e.kind = :stranger_started
       ) AS stranger_began,
       c.status = :reserved AND EXISTS (
           SELECT FROM hand_holds o
           WHERE o.charger_id = c.charger_id AND o.connector_number IN (c.number, 0) AND o.until > now()
       ) AS by_hand
FROM connectors c
JOIN chargers ch ON ch.id = c.charger_id
LEFT JOIN holds h ON h.connector_id = c.id AND h.released_at IS NULL AND h.locked_at IS NOT NULL
WHERE c.charger_id = ANY(:chargers) AND (h.id IS NOT NULL OR c.status = :reserved)
""")

# By the index on charger and time; what is told of a hold is told after its lock.
_REPORTS = text("""
SELECT e.event_id, d.delivered_at
FROM inbox e LEFT JOIN outbox d ON d.inbox_id = e.id
WHERE e.source = 'charger' AND e.subject = :charger AND e.received_at >= :locked_at
  AND e.kind = :hold_removed AND (e.payload ->> 'hold_id')::bigint = :hold_id
  AND e.payload ->> 'detail' = :missing
ORDER BY e.id
""")

_GIVEN_BACK = text("""
SELECT DISTINCT ON (h.connector_id) h.connector_id, h.id
FROM holds h
WHERE h.connector_id = ANY(:connectors) AND h.slot_end > :since
  AND h.released_at IS NOT NULL AND h.locked_at IS NOT NULL
ORDER BY h.connector_id, h.released_at DESC, h.id DESC
""")


async def sights(connection: AsyncConnection, charger_ids: Sequence[str]) -> list[Sight]:
    """Connectors of these chargers with a locked hold of ours, or showing Reserved."""
    rows = await connection.execute(
        _SIGHTS,
        {
            "chargers": list(charger_ids),
            "reservation": Target.RESERVATION_CHARGER.value,
            "came": [kind.value for kind in _CAME],
            "reserved": ConnectorStatus.RESERVED.value,
            "stranger_started": ChargerEventKind.STRANGER_STARTED.value,
        },
    )
    return [_sight(row) for row in rows.mappings()]


async def reported_missing(connection: AsyncConnection, sight: Sight) -> list[ReportedLoss]:
    """Each time that any gateway has found this hold missing, oldest first."""
    rows = await connection.execute(
        _REPORTS,
        {
            "charger": sight.charger_id,
            "locked_at": sight.locked_at,
            "hold_id": sight.hold_id,
            "missing": HoldLoss.MISSING.value,
            "hold_removed": ChargerEventKind.HOLD_REMOVED.value,
        },
    )
    return [ReportedLoss(row.event_id, row.delivered_at) for row in rows]


async def note_push(connection: AsyncConnection, hold_id: int, push: Push) -> None:
    await connection.execute(
        update(Hold)
        .where(Hold.id == hold_id)
        .values({Hold.pushed_at: push.at, Hold.pushed_until: push.until})
    )


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
        push=None if row["pushed_at"] is None else Push(at=row["pushed_at"], until=row["pushed_until"]),
        came_at=row["came_at"],
        stranger_began=row["stranger_began"],
        by_hand=row["by_hand"],
    )
