"""Plugs that say Unavailable without being in trouble yet, because another plug of their bay was busy."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.connector import ConnectorStatus
from domain.charging.trouble import BROKEN

_MOST_AT_ONCE = 200
_BLOCKED = text("""
SELECT c.id, c.charger_id,
    (SELECT max(greatest(x.status_heard_at, c.status_heard_at)) FROM connectors x
     WHERE x.berth_id = c.berth_id AND x.id <> c.id) AS since
FROM connectors c JOIN chargers g ON g.id = c.charger_id
WHERE g.gateway_instance = :instance AND c.status = :unavailable
  AND EXISTS (SELECT FROM connectors x WHERE x.berth_id = c.berth_id AND x.id <> c.id)
  AND NOT EXISTS (
      SELECT FROM connectors x
      WHERE x.berth_id = c.berth_id AND coalesce(x.status_heard_at, x.status_at) > :before
  )
  AND NOT EXISTS (
      SELECT FROM troubles t
      WHERE t.connector_id = c.id AND t.ended_at IS NULL AND t.cause = ANY (CAST(:broken AS text[]))
  )
ORDER BY c.id LIMIT :most
FOR UPDATE OF c SKIP LOCKED
""")


class BlockedPlug(NamedTuple):
    """`since`: when it, or another plug of its bay, was last heard of; by our clock."""

    connector_id: int
    charger_id: str
    since: datetime


async def blocked_plugs(connection: AsyncConnection, *, instance: str, before: datetime) -> list[BlockedPlug]:
    """At chargers connected to this instance, of bays where nothing was told since `before`; locked, at most 200."""
    rows = await connection.execute(
        _BLOCKED,
        {
            "instance": instance,
            "before": before,
            "unavailable": ConnectorStatus.UNAVAILABLE.value,
            "broken": sorted(cause.value for cause in BROKEN),
            "most": _MOST_AT_ONCE,
        },
    )
    return [BlockedPlug(row.id, row.charger_id, row.since) for row in rows if row.since is not None]
