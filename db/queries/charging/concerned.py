"""Which reservations an edge at a charger concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import as_rows
from domain.charging.concerned import WatchingHold, is_concerned

# All that can be concerned, and few more: `domain.charging.concerned` decides. What is only offered is no reservation
# that could hear of it: who accepts looks how the place is (`activities.queue.withdrawing`).
_NEAR = text("""
WITH asked AS (
    SELECT a.n, a.locked_only, c.id AS connector_id, a.plug, coalesce(a.besides, '{}') AS besides,
        CASE WHEN a.whole_berth THEN ARRAY(SELECT x.id FROM connectors x WHERE x.berth_id = c.berth_id)
            ELSE ARRAY[c.id] END AS places
    FROM json_to_recordset(CAST(:edges AS json))
        AS a (n int, charger_id text, connector_id bigint, locked_only boolean, whole_berth boolean,
            plug text, besides text[])
    JOIN connectors c ON c.charger_id = a.charger_id AND c.id = coalesce(a.connector_id, c.id)
)
SELECT asked.n, h.reservation_code, h.locked_at IS NOT NULL, h.watch_from, upper(h.during) FROM asked
JOIN holds h ON h.connector_id = ANY(asked.places) AND h.released_at IS NULL
    AND (h.locked_at IS NOT NULL OR (NOT asked.locked_only AND h.watch_from <= :now))
JOIN pools p ON p.id = h.pool_id
WHERE coalesce(h.plug, p.connector_type) = coalesce(asked.plug, h.plug, p.connector_type)
    AND coalesce(h.plug, p.connector_type) <> ALL (asked.besides)
    AND NOT EXISTS (
        SELECT FROM waiting_list_entries e WHERE e.offer_code = h.reservation_code AND e.state = 'offered'
    )
UNION ALL
SELECT asked.n, s.reservation_code, NULL, NULL, NULL FROM asked
JOIN sessions s ON s.connector_id = asked.connector_id AND s.ended_at IS NULL
    AND s.reservation_code IS NOT NULL
WHERE (asked.plug IS NULL AND cardinality(asked.besides) = 0) OR NOT EXISTS (
    SELECT FROM holds h JOIN pools p ON p.id = h.pool_id WHERE h.reservation_code = s.reservation_code
    AND h.connector_id = asked.connector_id AND (
        coalesce(h.plug, p.connector_type) <> coalesce(asked.plug, h.plug, p.connector_type)
        OR coalesce(h.plug, p.connector_type) = ANY (asked.besides)
    )
)
""")

_STAYING = text("""
SELECT h.reservation_code FROM holds h JOIN connectors c ON c.berth_id = h.berth_id
WHERE c.id = :connector_id AND h.released_at IS NULL AND h.slot_end <= :at
""")


async def staying(connection: AsyncConnection, connector_id: int, at: datetime) -> list[str]:
    """Reservations whose slot is over and whose stay at this bay is not: they hear of who starts there next."""
    rows = await connection.execute(_STAYING, {"connector_id": connector_id, "at": at})
    return sorted(set(rows.scalars()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Something that happened at a charger. `connector_id` None: to all of it.

    `locked_only`: it concerns reservations whose connector is fixed (their hold on the device may be lost);
    else those that watch the connector. An open session's reservation is concerned by both.
    `whole_berth`: it tells who may use the other connectors of the berth, too. `plug`: it concerns only those who were
    promised that type; `besides`: not those.
    """

    charger_id: str
    connector_id: int | None = None
    locked_only: bool = False
    whole_berth: bool = False
    plug: str | None = None
    besides: tuple[str, ...] = ()


async def concerned(connection: AsyncConnection, edges: Sequence[Edge], now: datetime) -> list[list[str]]:
    """Reservation codes for each edge, sorted. One query for all."""
    codes: list[set[str]] = [set() for _ in edges]
    if not edges:
        return []
    asked = as_rows(
        {
            "charger_id": edge.charger_id,
            "connector_id": edge.connector_id,
            "locked_only": edge.locked_only,
            "whole_berth": edge.whole_berth,
            "plug": edge.plug,
            "besides": edge.besides,
        }
        for edge in edges
    )
    for n, code, locked, watch_from, until in await connection.execute(_NEAR, {"edges": asked, "now": now}):
        hold = None if locked is None else WatchingHold(locked=locked, watch_from=watch_from, until=until)
        if hold is None or is_concerned(hold, locked_only=edges[n].locked_only, now=now):
            codes[n].add(code)
    return [sorted(found) for found in codes]
