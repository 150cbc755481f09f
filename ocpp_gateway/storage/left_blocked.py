"""Plugs that say Unavailable without being in trouble yet, because another plug of their bay or EVSE was busy."""

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
      WHERE t.connector_id = c.id AND t.plug = '' AND t.ended_at IS NULL AND t.cause = ANY (CAST(:broken AS text[]))
  )
ORDER BY c.id LIMIT :most
FOR UPDATE OF c SKIP LOCKED
""")
_BLOCKED_INSIDE = text("""
SELECT c.id, c.charger_id, b.plug,
    (SELECT max(coalesce(x.status_heard_at, x.status_at, g.last_seen_at)) FROM connectors x
     WHERE x.berth_id = c.berth_id) AS since, b.faulted
FROM connectors c JOIN chargers g ON g.id = c.charger_id
CROSS JOIN LATERAL (
    SELECT c.plug_types ->> p.key AS plug, bool_or(p.value = :faulted) AS faulted
    FROM jsonb_each_text(c.plugs) p WHERE c.plug_types ? p.key
    GROUP BY 1 HAVING bool_and(p.value IN (:unavailable, :faulted))
) b
WHERE g.gateway_instance = :instance AND c.status = ANY (CAST(:idle AS text[])) AND c.plug_types <> '{}'
  AND NOT EXISTS (
      SELECT FROM connectors x
      WHERE x.berth_id = c.berth_id AND coalesce(x.status_heard_at, x.status_at) > :before
  )
  AND NOT EXISTS (
      SELECT FROM sessions s WHERE s.connector_id = c.id AND s.ended_at IS NULL AND s.contradicted_at IS NULL
  )
  AND NOT EXISTS (
      SELECT FROM troubles t WHERE t.connector_id = c.id AND t.plug = b.plug
      AND t.ended_at IS NULL AND t.cause = ANY (CAST(:broken AS text[]))
  )
ORDER BY c.id, b.plug LIMIT :most
FOR UPDATE OF c SKIP LOCKED
""")


class BlockedPlug(NamedTuple):
    """`since`: when it, or another plug of its bay, was last heard of; by our clock.

    `plug`: of an EVSE that can be used otherwise, the type that cannot. Empty: the connector. Faulted is one whose type
    was learned after that.
    """

    connector_id: int
    charger_id: str
    since: datetime
    plug: str = ""
    status: ConnectorStatus = ConnectorStatus.UNAVAILABLE


async def blocked_plugs(connection: AsyncConnection, *, instance: str, before: datetime) -> list[BlockedPlug]:
    """At chargers connected to this instance, of bays where nothing was told since `before`; locked, at most 200."""
    asked = {
        "instance": instance,
        "before": before,
        "unavailable": ConnectorStatus.UNAVAILABLE.value,
        "broken": sorted(cause.value for cause in BROKEN),
        "most": _MOST_AT_ONCE,
    }
    beside = await connection.execute(_BLOCKED, asked)
    found = [BlockedPlug(row.id, row.charger_id, row.since) for row in beside if row.since is not None]
    idle = [ConnectorStatus.AVAILABLE.value, ConnectorStatus.UNKNOWN.value]
    more = {"idle": idle, "faulted": ConnectorStatus.FAULTED.value}
    for row in await connection.execute(_BLOCKED_INSIDE, asked | more):
        status = ConnectorStatus.FAULTED if row.faulted else ConnectorStatus.UNAVAILABLE
        found.append(BlockedPlug(row.id, row.charger_id, row.since, row.plug, status))
    return found
