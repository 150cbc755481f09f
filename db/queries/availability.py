"""What can be booked: for every grid start, how many connectors of a pool are free for a window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.connectors import ConnectorState, connectors_of
from db.queries.holds import open_holds
from db.queries.occupancy import Occupancy
from db.queries.sites import pools_of, site_of
from db.queries.terms import terms_at
from db.tables import Pool
from domain.policy import Policy
from domain.slots import Slot, next_grid_start, occupied_window

DEFAULT_STEP = timedelta(minutes=15)
"""Spacing of the offered starts where the policy allows any instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeWindow:
    """`free`: bookings that `slot` can still take, the walk-in share already kept back."""

    slot: Slot
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolAvailability:
    pool: Pool
    connectors: int
    windows: tuple[FreeWindow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLoad:
    """One pool's promises over a span: answers how many more bookings a slot can take."""

    pool: Pool
    connectors: tuple[ConnectorState, ...]
    occupancy: Occupancy
    policy: Policy

    def free(self, slot: Slot, now: datetime) -> int:
        """Re-packing makes the peak the only limit; broken connectors do not count for slots that are near."""
        serving = [c for c in self.connectors if can_serve(c, slot, self.policy, now)]
        taken = self.occupancy.peak(occupied_window(slot, self.policy.slots.buffer))
        kept_back = self.pool.walk_in_connectors
        if slot.start <= now:
            kept_back = max(kept_back, sum(connector.has_walk_in for connector in serving))
        return max(0, len(serving) - kept_back - taken)


def can_serve(connector: ConnectorState, slot: Slot, policy: Policy, now: datetime) -> bool:
    """A far slot may count on a repair; one within the policy's fault watch needs a connector that works."""
    if slot.start > now + policy.fault_watch:
        return True
    return connector.is_usable and connector.is_reachable(now, policy.offline_debounce)


async def availability(
    session: AsyncSession,
    *,
    site_id: str,
    start: datetime,
    end: datetime,
    now: datetime,
    pool_id: str | None = None,
    length: timedelta | None = None,
) -> list[PoolAvailability]:
    """Windows of `length` (the shortest if None) that start in [start, end), by the site's grid and horizon.

    The caller bounds the span. Raises UnknownSite, UnknownPool.
    """
    site = await site_of(session, site_id)
    policy = (await terms_at(session, site, now)).policy
    pools = await pools_of(session, site_id, pool_id=pool_id)
    length = length or policy.slots.shortest
    slots = _grid(policy, start, end, length, now)
    if not slots:
        loads = await load_of(session, pools, Slot(start, start + length), policy)
    else:
        loads = await load_of(
            session, pools, Slot(slots[0].start, slots[-1].end + policy.slots.buffer), policy
        )
    return [
        PoolAvailability(
            pool=load.pool,
            connectors=len(load.connectors),
            windows=tuple(FreeWindow(slot=slot, free=load.free(slot, now)) for slot in slots),
        )
        for load in loads
    ]


async def load_of(session: AsyncSession, pools: Sequence[Pool], span: Slot, policy: Policy) -> list[PoolLoad]:
    """The promises of `pools` within `span`, in the order of `pools`; two queries in all."""
    ids = [pool.id for pool in pools]
    connectors = await connectors_of(session, ids)
    holds = await open_holds(session, ids, span)
    return [
        PoolLoad(
            pool=pool,
            connectors=tuple(c for c in connectors if c.pool_id == pool.id),
            occupancy=Occupancy(h.window for h in holds if h.pool_id == pool.id),
            policy=policy,
        )
        for pool in pools
    ]


def _grid(policy: Policy, start: datetime, end: datetime, length: timedelta, now: datetime) -> list[Slot]:
    rules = policy.slots
    step = rules.step or DEFAULT_STEP
    at = next_grid_start(max(start, now + rules.lead), step)
    until = min(end, now + rules.horizon)
    slots = []
    while at < until:
        slots.append(Slot(at, at + length))
        at += step
    return slots
