"""Open holds of pools within a span of time, found berth by berth."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.documents import needs_from_document
from db.tables import Hold
from domain.charging.guests import NextSlot
from domain.place.holds import OpenHold
from domain.place.profile import Change
from domain.place.slots import Slot
from domain.terms.policy import LONGEST_BUFFER

# LATERAL and OFFSET keep it one walk a berth along `ix_holds_open_by_berth`, however many holds there are in all:
# left to itself the planner goes through the time of all sites. The pool is the connector's.
OPEN_HOLDS = text("""
SELECT h.id, own.pool_id, h.connector_id, h.berth_id, lower(h.during), upper(h.during), h.opens_at,
       h.locked_at IS NOT NULL, coalesce(h.plug, p.connector_type), h.among, h.needs
FROM (SELECT DISTINCT berth_id FROM connectors WHERE pool_id = ANY(:pools)) b CROSS JOIN LATERAL (
    SELECT * FROM holds WHERE berth_id = b.berth_id AND released_at IS NULL AND slot_end > :ended_after
    AND lower(during) < :end AND upper(during) > :start OFFSET 0
) h JOIN connectors own ON own.id = h.connector_id JOIN pools p ON p.id = h.pool_id ORDER BY lower(h.during), h.id
""")
_BY_ID = text("""
SELECT h.id, own.pool_id, h.connector_id, h.berth_id, lower(h.during), upper(h.during), h.opens_at,
       h.locked_at IS NOT NULL, coalesce(h.plug, p.connector_type), h.among, h.needs
FROM holds h JOIN connectors own ON own.id = h.connector_id JOIN pools p ON p.id = h.pool_id
WHERE h.id = ANY(:ids) ORDER BY lower(h.during), h.id
""")
# Singly: who is fixed, as the domain says; who was promised something else than the pool's plug, or may use or needs
# only some connectors; on connectors named.
_COUNTED = text("""
WITH seen AS MATERIALIZED (
    SELECT own.n, h.id, lower(h.during) AS since, upper(h.during) AS until,
           h.locked_at IS NOT NULL OR h.opens_at <= :now OR lower(h.during) <= :now OR h.plug IS NOT NULL
           OR h.among IS NOT NULL OR h.needs IS NOT NULL
           OR h.pool_id <> p.id OR p.connector_type <> own.plug OR b.id = ANY(:known) AS singly
    FROM unnest(CAST(:pools AS text[]), CAST(:plugs AS text[])) WITH ORDINALITY own (pool_id, plug, n)
    JOIN pools p ON p.id = own.pool_id JOIN connectors b ON b.pool_id = p.id CROSS JOIN LATERAL (
        SELECT * FROM holds WHERE berth_id = b.berth_id AND released_at IS NULL AND slot_end > :ended_after
        AND lower(during) < :end AND upper(during) > :start OFFSET 0
    ) h
), changes AS (
    SELECT n, at, sum(begun) AS begun, sum(over) AS over
    FROM (SELECT n, since AS at, 1 AS begun, 0 AS over FROM seen UNION ALL SELECT n, until, 0, 1 FROM seen) edges
    GROUP BY n, at
)
SELECT n, array_agg(at ORDER BY at), array_agg(CAST(begun AS int) ORDER BY at),
       array_agg(CAST(over AS int) ORDER BY at), ARRAY(SELECT id FROM seen WHERE seen.n = changes.n AND singly)
FROM changes GROUP BY n
""")


async def open_holds(session: AsyncSession, pool_ids: Collection[str], span: Slot) -> list[OpenHold]:
    """Holds not released of the pools' berths that overlap `span`, by start; also those of pools that share one."""
    rows = await session.execute(OPEN_HOLDS, {"pools": list(pool_ids)} | _within(span))
    return [_open_hold(row) for row in rows]


async def open_holds_of(session: AsyncSession, ids: Collection[int]) -> list[OpenHold]:
    """Those, by start."""
    return [_open_hold(row) for row in await session.execute(_BY_ID, {"ids": list(ids)})] if ids else []


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldsCounted:
    """`changes`: of all, by instant. `singly`: ids of those that have to be known one by one."""

    changes: list[Change]
    singly: list[int]


async def counted_holds(
    session: AsyncSession, plugs: Mapping[str, str], span: Slot, known: Collection[int], now: datetime
) -> dict[str, HoldsCounted]:
    """By pool, of those in `plugs` (pool id → its one type), which share no berth; a pool without holds is left out.

    `known`: connectors whose holds are singly.
    """
    pools = [*plugs]
    about = {"pools": pools, "plugs": [*plugs.values()], "known": list(known), "now": now}
    rows = await session.execute(_COUNTED, about | _within(span))
    return {
        pools[row[0] - 1]: HoldsCounted(changes=list(zip(*row[1:4], strict=True)), singly=row[4])
        for row in rows
    }


def _within(span: Slot) -> dict[str, datetime]:
    return {"start": span.start, "end": span.end, "ended_after": span.start - LONGEST_BUFFER}


def _open_hold(row: Sequence[Any]) -> OpenHold:
    return OpenHold(
        id=row[0],
        pool_id=row[1],
        connector_id=row[2],
        berth_id=row[3],
        window=Slot(row[4], row[5]),
        opens_at=row[6],
        locked=row[7],
        plug=row[8],
        among=None if row[9] is None else frozenset(row[9]),
        needs=needs_from_document(row[10]),
    )


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
