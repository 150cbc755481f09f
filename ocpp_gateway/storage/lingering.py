"""Held bays that show a car although nobody charges there."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.plug_in_use import PLUG_IN_USE
from domain.charging.connector import IN_USE

_MOST_AT_ONCE = 200
_LINGERING = text(f"""
SELECT DISTINCT c.charger_id, c.number, {PLUG_IN_USE} AS plug
FROM holds h JOIN connectors c ON c.id = h.connector_id JOIN chargers g ON g.id = c.charger_id
WHERE h.released_at IS NULL AND h.opens_at <= :now AND g.gateway_instance = :instance
  AND c.status = ANY (CAST(:in_use AS text[])) AND coalesce(c.status_heard_at, c.status_at) <= :before
  AND NOT EXISTS (
      SELECT FROM sessions s
      WHERE s.connector_id = c.id AND s.ended_at IS NULL AND s.contradicted_at IS NULL
  )
ORDER BY c.charger_id, c.number LIMIT :most
""")  # noqa: S608 - the fragment is ours


class Bay(NamedTuple):
    """`number`: the connector's (1.6), the EVSE's (2.x). `plug`: where the car is, of an EVSE with several."""

    charger_id: str
    number: int
    plug: int | None = None


async def lingering(
    connection: AsyncConnection, *, instance: str, now: datetime, before: datetime
) -> list[Bay]:
    """At chargers connected to this instance, of holds that are open, told before `before`; at most 200."""
    rows = await connection.execute(
        _LINGERING,
        {
            "instance": instance,
            "now": now,
            "before": before,
            "in_use": [status.value for status in IN_USE],
            "most": _MOST_AT_ONCE,
        },
    )
    return [Bay(row.charger_id, row.number, row.plug) for row in rows]
