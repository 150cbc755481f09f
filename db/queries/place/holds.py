"""Open holds of pools within a span of time, found through the exclusion constraint's own index."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Hold
from domain.charging.guests import NextSlot
from domain.place.holds import OpenHold
from domain.place.slots import Slot

LONGEST_BUFFER = timedelta(days=1)
"""Of holds that ended longer ago none keeps its connector; it lets the index by the slot's end be used."""

# The constant '[]' is part of the indexed expression: as a parameter the index would not be used. LATERAL
# keeps it one index search a berth, however many holds there are in all. The pool is the connector's.
OPEN_HOLDS = text("""
SELECT h.id, own.pool_id, h.connector_id, h.berth_id, lower(h.during), upper(h.during), h.opens_at,
       h.locked_at IS NOT NULL, coalesce(h.plug, p.connector_type)
FROM (SELECT DISTINCT berth_id FROM connectors WHERE pool_id = ANY(:pools)) b CROSS JOIN LATERAL (
    SELECT * FROM holds WHERE released_at IS NULL AND during && tstzrange(:start, :end)
    AND int8range(berth_id, berth_id, '[]') && int8range(b.berth_id, b.berth_id, '[]')
) h JOIN connectors own ON own.id = h.connector_id JOIN pools p ON p.id = h.pool_id ORDER BY lower(h.during), h.id
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
            plug=row[8],
        )
        for row in rows
    ]


async def hold_of_step(session: AsyncSession, code: str, step: str) -> Hold | None:
    return await session.scalar(select(Hold).where(Hold.reservation_code == code, Hold.step == step))


@dataclass(frozen=True, slots=True, kw_only=True)
class NextHold:
    """A hold that has not ended, of its berth. Instants aware UTC. `end`: of its slot, `until`: of its buffer."""

    berth_id: int
    driver_id: str
    opens_at: datetime
    start: datetime
    end: datetime
    until: datetime
    warning: timedelta

    @property
    def as_next(self) -> NextSlot:
        return NextSlot(opens_at=self.opens_at, start=self.start, warning=self.warning)


async def holds_to_come(session: AsyncSession, berth_ids: Collection[int], now: datetime) -> list[NextHold]:
    """Open holds whose time, slot and buffer, has not ended."""
    rows = await session.scalars(
        select(Hold)
        .where(Hold.berth_id.in_(berth_ids), Hold.released_at.is_(None))
        .where(func.upper(Hold.during) > now, Hold.slot_end > now - LONGEST_BUFFER)
        .order_by(Hold.slot_start)
    )
    return [
        NextHold(
            berth_id=row.berth_id,
            driver_id=row.driver_id,
            opens_at=row.opens_at,
            start=row.slot_start,
            end=row.slot_end,
            until=row.during.upper or row.slot_end,
            warning=timedelta(seconds=row.walk_in_warning_seconds),
        )
        for row in rows
    ]
