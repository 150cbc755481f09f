"""Open holds of pools within a span of time, found through the exclusion constraint's own index."""

from collections.abc import Collection

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Hold
from domain.place.holds import OpenHold
from domain.place.slots import Slot

# The constant '[]' is part of the indexed expression: as a parameter the index would not be used. LATERAL
# keeps it one index search a berth, however many holds there are in all. The pool is the connector's.
OPEN_HOLDS = text("""
SELECT h.id, own.pool_id, h.connector_id, h.berth_id, lower(h.during), upper(h.during), h.opens_at,
       h.locked_at IS NOT NULL
FROM (SELECT DISTINCT berth_id FROM connectors WHERE pool_id = ANY(:pools)) b CROSS JOIN LATERAL (
    SELECT * FROM holds WHERE released_at IS NULL AND during && tstzrange(:start, :end)
    AND int8range(berth_id, berth_id, '[]') && int8range(b.berth_id, b.berth_id, '[]')
) h JOIN connectors own ON own.id = h.connector_id ORDER BY lower(h.during), h.id
""")


async def open_holds(session: AsyncSession, pool_ids: Collection[str], span: Slot) -> list[OpenHold]:
    """Holds not released of the pools' berths that overlap `span`, by start; also those of pools that share one."""
    rows = await session.execute(OPEN_HOLDS, {"pools": list(pool_ids), "start": span.start, "end": span.end})
    return [
        OpenHold(
            id=row[0],
            pool_id=row[1],
            connector_id=row[2],
            berth_id=row[3],
            window=Slot(row[4], row[5]),
            opens_at=row[6],
            locked=row[7],
        )
        for row in rows
    ]


async def hold_of_step(session: AsyncSession, code: str, step: str) -> Hold | None:
    return await session.scalar(select(Hold).where(Hold.reservation_code == code, Hold.step == step))
