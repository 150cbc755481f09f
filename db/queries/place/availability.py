"""What can be booked: for every grid start, how many connectors of a pool are free for a window.

Counts by the rules of placing, so that what is offered here is not refused there a moment later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.connectors import ConnectorState, connectors_of
from db.queries.place.holds import OpenHold, as_packed, open_holds, stretch_around
from db.queries.place.occupancy import Occupancy
from db.queries.place.sites import all_pools_of, site_of
from db.queries.place.terms import terms_in_force
from db.tables import Pool
from domain.errors import SlotInvalid, UnknownPool
from domain.place.packing import Packed, pack
from domain.place.slots import Slot, check_length, next_grid_start, occupied_window
from domain.terms.accepted import Terms
from domain.terms.policy import Policy, SlotRules

DEFAULT_STEP = timedelta(minutes=15)
"""Spacing of the offered starts where the policy allows any instant."""
LONGEST_SPAN = timedelta(days=31)
MOST_WINDOWS = 400
"""Starts looked at in one answer; `next_from` tells where the rest begins."""
_USUAL_LENGTH = timedelta(hours=1)
_NEWCOMER = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeWindow:
    """`free`: bookings that `slot` can still take, the walk-in share already kept back."""

    slot: Slot
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolAvailability:
    """`connectors`: all of the pool. `bookable`: working now, without the walk-in share."""

    pool: Pool
    connectors: int
    bookable: int
    windows: tuple[FreeWindow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAvailability:
    """`terms` None: the site cannot be booked yet. `next_from`: ask again from here; None: that was all."""

    terms: Terms | None
    length: timedelta
    pools: tuple[PoolAvailability, ...]
    next_from: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLoad:
    """One pool's promises over a span: answers how many more bookings a slot can take."""

    pool: Pool
    connectors: tuple[ConnectorState, ...]
    holds: tuple[OpenHold, ...]
    occupancy: Occupancy
    policy: Policy

    def free(self, slot: Slot, now: datetime) -> int:
        """As many as placing would accept, or fewer: only what the moment of booking changes may refuse one."""
        serving = [c for c in self.connectors if can_serve(c, slot, self.policy, now)]
        window = occupied_window(slot, self.policy.slots.buffer)
        left = len(serving) - self.pool.walk_in_connectors - self.occupancy.peak(window)
        if slot.start <= now:
            # Somebody on the connector is worth a refusal, whatever the calendar says.
            serving_now = [c.id for c in serving if not (c.sessions or c.status.is_in_use)]
            return self._begun(left, serving, serving_now, window, now)
        if left > 0 and self._pins_may_refuse(window, now):
            return left if self._fits(serving, window, now, None) else 0
        return max(0, left)

    def bookable(self, now: datetime) -> int:
        working = sum(_works(connector, self.policy, now) for connector in self.connectors)
        return max(0, working - self.pool.walk_in_connectors)

    def _begun(
        self, left: int, serving: list[ConnectorState], idle: list[int], window: Slot, now: datetime
    ) -> int:
        if left <= 0:
            return 0
        return min(left, sum(self._fits(serving, window, now, connector) for connector in idle))

    def _pins_may_refuse(self, window: Slot, now: datetime) -> bool:
        """Re-packing makes the peak the only limit, except before holds whose connector is fixed."""
        return any(hold.window.start > window.start for hold in self.holds if hold.is_fixed(now))

    def _fits(
        self, serving: list[ConnectorState], window: Slot, now: datetime, connector_id: int | None
    ) -> bool:
        standing = [as_packed(hold, now) for hold in stretch_around(self.holds, window)]
        usable = sorted(connector.id for connector in serving)
        return pack([*standing, Packed(_NEWCOMER, window, connector_id)], usable) is not None


def can_serve(connector: ConnectorState, slot: Slot, policy: Policy, now: datetime) -> bool:
    """A far slot may count on a repair; one within the policy's fault watch needs a connector that works."""
    return slot.start > now + policy.fault_watch or _works(connector, policy, now)


def _works(connector: ConnectorState, policy: Policy, now: datetime) -> bool:
    return connector.is_usable and connector.is_reachable(now, policy.offline_debounce)


async def availability(
    session: AsyncSession,
    *,
    site_id: str,
    start: datetime,
    end: datetime,
    now: datetime,
    pool_id: str | None = None,
    connector_type: str | None = None,
    length: timedelta | None = None,
) -> SiteAvailability:
    """Windows of `length` (None: an hour, as far as the rules allow) that start in [start, end), by the grid.

    Raises UnknownSite, UnknownPool; SlotInvalid for a span or a length that cannot be.
    """
    if not start < end <= start + LONGEST_SPAN:
        raise SlotInvalid(f"`to` must lie after `from`, by at most {LONGEST_SPAN.days} days")
    site = await site_of(session, site_id)
    pools = _chosen(await all_pools_of(session, site_id), pool_id, connector_type)
    terms = await terms_in_force(session, site, now)
    if terms is None:
        unoffered = tuple(PoolAvailability(pool=pool, connectors=0, bookable=0, windows=()) for pool in pools)
        return SiteAvailability(terms=None, length=length or _USUAL_LENGTH, pools=unoffered, next_from=None)
    length = length or min(max(_USUAL_LENGTH, terms.policy.slots.shortest), terms.policy.slots.longest)
    check_length(length, terms.policy.slots)
    slots, next_from = _grid(terms.policy.slots, start, end, length, now)
    span = Slot(slots[0].start, slots[-1].end) if slots else Slot(start, start + length)
    loads = await load_of(session, pools, occupied_window(span, terms.policy.slots.buffer), terms.policy)
    return SiteAvailability(
        terms=terms,
        length=length,
        pools=tuple(_pool_availability(load, slots, now) for load in loads),
        next_from=next_from,
    )


async def load_of(session: AsyncSession, pools: Sequence[Pool], span: Slot, policy: Policy) -> list[PoolLoad]:
    """The promises of `pools` within `span`, in the order of `pools`; two queries in all."""
    ids = [pool.id for pool in pools]
    connectors = await connectors_of(session, ids)
    holds = await open_holds(session, ids, span)
    return [
        PoolLoad(
            pool=pool,
            connectors=tuple(c for c in connectors if c.pool_id == pool.id),
            holds=(of_pool := tuple(h for h in holds if h.pool_id == pool.id)),
            occupancy=Occupancy(h.window for h in of_pool),
            policy=policy,
        )
        for pool in pools
    ]


def _pool_availability(load: PoolLoad, slots: Sequence[Slot], now: datetime) -> PoolAvailability:
    return PoolAvailability(
        pool=load.pool,
        connectors=len(load.connectors),
        bookable=load.bookable(now),
        windows=tuple(FreeWindow(slot=slot, free=load.free(slot, now)) for slot in slots),
    )


def _chosen(pools: Sequence[Pool], pool_id: str | None, connector_type: str | None) -> list[Pool]:
    if pool_id is not None and pool_id not in {pool.id for pool in pools}:
        raise UnknownPool(f"the site has no pool {pool_id!r}")
    return [
        pool for pool in pools if pool_id in (None, pool.id) and connector_type in (None, pool.connector_type)
    ]


def _grid(
    rules: SlotRules, start: datetime, end: datetime, length: timedelta, now: datetime
) -> tuple[list[Slot], datetime | None]:
    """The slots to look at, and where the next ones begin when there are too many."""
    step = rules.step or DEFAULT_STEP
    at = next_grid_start(max(start, now + rules.lead), step)
    last = now + rules.horizon
    slots: list[Slot] = []
    while at < end and at <= last:
        if len(slots) == MOST_WINDOWS:
            return slots, at
        slots.append(Slot(at, at + length))
        at += step
    return slots, None
