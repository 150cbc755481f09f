"""How busy it is around a connector, for fair overstay fees."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.charging import IN_USE


@dataclass(frozen=True, slots=True, kw_only=True)
class Busyness:
    """`occupancy_percent`: of the site's connectors, in use or held now (0-100)."""

    somebody_waits: bool
    occupancy_percent: int


_BUSYNESS = text("""
WITH here AS (
    SELECT c.id FROM connectors c JOIN chargers h ON h.id = c.charger_id
    WHERE h.site_id = (SELECT h2.site_id FROM connectors c2 JOIN chargers h2 ON h2.id = c2.charger_id
                       WHERE c2.id = :connector)
)
SELECT
    EXISTS (SELECT FROM holds WHERE connector_id = :connector AND slot_start >= :slot_end
            AND slot_start <= :now AND (released_at IS NULL OR released_at > :slot_end)),
    (SELECT count(*) FROM here),
    (SELECT count(*) FROM here JOIN connectors c USING (id) WHERE c.status = ANY(:in_use)
        OR EXISTS (SELECT FROM sessions s WHERE s.connector_id = c.id AND s.ended_at IS NULL)
        OR EXISTS (SELECT FROM holds o WHERE o.connector_id = c.id AND o.released_at IS NULL
                   AND o.during @> CAST(:now AS timestamptz)))
""")


async def surroundings(
    session: AsyncSession, *, connector_id: int, slot_end: datetime, now: datetime
) -> Busyness:
    """Somebody waits: another reservation of the connector began between `slot_end` and `now`.

    It counts even if that guest was moved away because of the overstay.
    """
    row = (
        await session.execute(
            _BUSYNESS,
            {
                "connector": connector_id,
                "slot_end": slot_end,
                "now": now,
                "in_use": [str(status) for status in IN_USE],
            },
        )
    ).one()
    return Busyness(somebody_waits=row[0], occupancy_percent=round(100 * row[2] / row[1]) if row[1] else 0)
