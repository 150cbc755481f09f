"""Open holds of pools within a span of time, found through the exclusion constraint's own index."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Hold
from domain.place.packing import Packed
from domain.place.slots import Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHold:
    """`window`: slot and buffer. `locked`: the connector is fixed."""

    id: int
    pool_id: str
    connector_id: int
    window: Slot
    opens_at: datetime
    locked: bool

    def is_fixed(self, now: datetime) -> bool:
        """May it change connectors no more? Once its window is open a driver may be walking to it, locked or not."""
        return self.locked or self.opens_at <= now


# The constant '[]' is part of the indexed expression: as a parameter the index would not be used. LATERAL
# keeps it one index search a connector, however many holds there are in all. The pool is the connector's.
OPEN_HOLDS = text("""
SELECT h.id, c.pool_id, h.connector_id, lower(h.during), upper(h.during), h.opens_at, h.locked_at IS NOT NULL
FROM connectors c CROSS JOIN LATERAL (
    SELECT * FROM holds WHERE released_at IS NULL AND during && tstzrange(:start, :end)
    AND int8range(connector_id, connector_id, '[]') && int8range(c.id, c.id, '[]')
) h WHERE c.pool_id = ANY(:pools) ORDER BY lower(h.during), h.id
""")


async def open_holds(session: AsyncSession, pool_ids: Collection[str], span: Slot) -> list[OpenHold]:
    """Holds not released that overlap `span`, by start."""
    rows = await session.execute(OPEN_HOLDS, {"pools": list(pool_ids), "start": span.start, "end": span.end})
    return [
        OpenHold(
            id=row[0],
            pool_id=row[1],
            connector_id=row[2],
            window=Slot(row[3], row[4]),
            opens_at=row[5],
            locked=row[6],
        )
        for row in rows
    ]


def as_packed(hold: OpenHold, now: datetime) -> Packed:
    return Packed(str(hold.id), hold.window, hold.connector_id if hold.is_fixed(now) else None)


def stretch_around(holds: Sequence[OpenHold], window: Slot) -> list[OpenHold]:
    """The holds connected to `window` through overlaps; what happens beyond a gap cannot matter."""
    start, end = window.start, window.end
    inside: list[OpenHold] = []
    while True:
        found = [h for h in holds if h.window.start < end and start < h.window.end]
        if len(found) == len(inside):
            return found
        inside = found
        start = min(start, *(h.window.start for h in found))
        end = max(end, *(h.window.end for h in found))


async def hold_of_step(session: AsyncSession, code: str, step: str) -> Hold | None:
    return await session.scalar(select(Hold).where(Hold.reservation_code == code, Hold.step == step))
