"""One pool under lock: its connectors, its promises, and where another hold finds a seat.

Who wants to change the holds of a pool locks its row first, so the choice made here still stands at the
commit. The exclusion constraint stays the truth for everybody who does not.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.connectors import ConnectorState, connectors_of
from db.queries.place.holds import OpenHold, as_packed, open_holds, stretch_around
from db.tables import Hold, Pool
from db.tables.place.holds import NO_OVERLAP
from domain.place.packing import Packed, pack, peak_overlap
from domain.place.slots import Slot

_NEIGHBOURHOOD = timedelta(days=1)
"""Holds this far around the wanted window decide the best fit; re-packing looks at all of them."""
_FAR = datetime(9999, 1, 1, tzinfo=UTC)
_NEWCOMER = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A connector for the window, once the holds in `moves` (hold id → connector id) have moved aside."""

    connector_id: int
    moves: dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`candidates`: connectors the newcomer may take, best first; of those, `doubtful` only if nothing else fits.

    `usable`: where others may be moved to.

    `limit`: how many holds the pool may carry at once (None: the walk-in share does not apply).
    `hold_id`: the newcomer's own row when it moves; its present window does not count.
    """

    window: Slot
    candidates: Sequence[int]
    usable: Collection[int]
    limit: int | None
    now: datetime
    hold_id: int | None = None
    doubtful: Collection[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    pool: Pool
    connectors: tuple[ConnectorState, ...]
    holds: tuple[OpenHold, ...]

    def connector(self, connector_id: int) -> ConnectorState:
        return next(c for c in self.connectors if c.id == connector_id)

    def has_room(self, wanted: Wanted) -> bool:
        """Does the walk-in share survive one more hold?"""
        if wanted.limit is None:
            return True
        window = wanted.window
        present = [
            Slot(max(h.window.start, window.start), min(h.window.end, window.end))
            for h in self._others(wanted)
            if h.window.overlaps(window)
        ]
        return peak_overlap(present) + 1 <= wanted.limit

    def free_seat(self, wanted: Wanted) -> Seat | None:
        """A candidate that is free as it is: the one that leaves the smallest gap before it."""
        free: list[tuple[bool, timedelta, int, int]] = []
        for order, connector in enumerate(wanted.candidates):
            windows = [h.window for h in self._others(wanted) if h.connector_id == connector]
            if any(w.overlaps(wanted.window) for w in windows):
                continue
            ends = [w.end for w in windows if w.end <= wanted.window.start]
            gap = wanted.window.start - max(ends) if ends else _NEIGHBOURHOOD
            free.append((connector in wanted.doubtful, gap, order, connector))
        return Seat(connector_id=min(free)[-1], moves={}) if free else None

    def packed_seat(self, wanted: Wanted) -> Seat | None:
        """A candidate that becomes free when soft holds of the pool change connectors among themselves."""
        around = stretch_around(self._others(wanted), wanted.window)
        standing = [as_packed(h, wanted.now) for h in around]
        anywhere = set(wanted.usable) <= set(wanted.candidates)
        for pin in [None] if anywhere else wanted.candidates:
            packed = pack([*standing, Packed(_NEWCOMER, wanted.window, pin)], sorted(wanted.usable))
            if packed is not None:
                moves = {h.id: packed[str(h.id)] for h in around if packed[str(h.id)] != h.connector_id}
                return Seat(connector_id=packed[_NEWCOMER], moves=moves)
        return None

    def _others(self, wanted: Wanted) -> list[OpenHold]:
        return [h for h in self.holds if h.id != wanted.hold_id]


async def lock_pools(session: AsyncSession, pool_ids: Collection[str]) -> list[Pool]:
    """Serialise with everybody else who changes these pools' holds. Always in the order of the ids."""
    statement = select(Pool).where(Pool.id.in_(pool_ids)).order_by(Pool.id)
    return list((await session.scalars(statement.with_for_update(key_share=True))).all())


async def boards_of(session: AsyncSession, pools: Sequence[Pool], window: Slot) -> dict[str, Board]:
    """The boards of locked pools, by pool id, with the holds around `window`."""
    around = Slot(window.start - _NEIGHBOURHOOD, window.end + _NEIGHBOURHOOD)
    return await _load(session, pools, around)


async def seat(session: AsyncSession, board: Board, wanted: Wanted) -> Seat | None:
    """The best seat in the pool for `wanted`, soft holds moved aside only if there is no other way."""
    if not wanted.candidates or not board.has_room(wanted):
        return None
    free = board.free_seat(wanted)
    if free is not None:
        return free
    everything = Slot(wanted.now - _NEIGHBOURHOOD, _FAR)
    whole = await _load(session, [board.pool], everything)
    return whole[board.pool.id].packed_seat(wanted)


async def defer_checks(session: AsyncSession) -> None:
    await session.execute(text(f"SET CONSTRAINTS {NO_OVERLAP} DEFERRED"))


async def move_aside(session: AsyncSession, moves: dict[int, int]) -> None:
    """Swap connectors of soft holds. Constraint checks wait until `settle_in`, as swaps collide halfway."""
    if not moves:
        return
    await defer_checks(session)
    for hold_id, connector_id in moves.items():
        await session.execute(update(Hold).where(Hold.id == hold_id).values(connector_id=connector_id))


async def settle_in(session: AsyncSession) -> None:
    """Write what is pending and have the exclusion constraint checked here, not somewhere in the commit."""
    await session.flush()
    await session.execute(text(f"SET CONSTRAINTS {NO_OVERLAP} IMMEDIATE"))


async def _load(session: AsyncSession, pools: Sequence[Pool], span: Slot) -> dict[str, Board]:
    ids = [pool.id for pool in pools]
    connectors = await connectors_of(session, ids)
    holds = await open_holds(session, ids, span)
    return {
        pool.id: Board(
            pool=pool,
            connectors=tuple(c for c in connectors if c.pool_id == pool.id),
            holds=tuple(h for h in holds if h.pool_id == pool.id),
        )
        for pool in pools
    }
