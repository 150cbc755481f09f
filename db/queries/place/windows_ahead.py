"""What is free ahead at a site, for who looks at what a change of its rules comes to: as anybody sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.pool_facts import pools_at
from db.queries.place.pools import count_pools, decided
from db.tables import Site
from domain.place.availability import (
    PoolAvailability,
    PriceOf,
    availability_of,
    starts_to_offer,
    usual_length,
)
from domain.place.pool import Pool
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot
from domain.place.vanishing import lengths_shown, vanishing
from domain.terms.policy import Policy
from domain.terms.priced import Prices

MOST_WINDOWS = 400
"""Of one pool that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanishing:
    """Of one pool and length: `windows` that are free now and would be offered no longer, the first and the last of
    them. `complete`: all were looked at.
    """

    pool: PoolFacts
    length: timedelta
    windows: int
    first: datetime
    last: datetime
    complete: bool


async def windows_that_vanish(
    session: AsyncSession, site: Site, before: Policy, after: Policy, now: datetime
) -> list[Vanishing]:
    """No statement where the rules for slots are the same."""
    if before.slots == after.slots:
        return []
    found: list[Vanishing] = []
    for pool in _by_plug(await pools_at(session, [site.id])):
        old, new = before.slots.of(pool.id), after.slots.of(pool.id)
        for length in lengths_shown(old, new):
            slots = vanishing(old, new, length, now, site.zone, MOST_WINDOWS)
            looked_at = slots[:MOST_WINDOWS]
            for one in await _offered(session, site, before, [pool], looked_at, now):
                starts = [window.slot.start for window in one.windows if window.free]
                if starts:
                    found.append(
                        Vanishing(
                            pool=pool,
                            length=length,
                            windows=len(starts),
                            first=starts[0],
                            last=starts[-1],
                            complete=len(slots) == len(looked_at),
                        )
                    )
    return found


async def demand_ahead(
    session: AsyncSession, site: Site, policy: Policy, nothing: Prices, now: datetime, until: datetime
) -> list[tuple[PoolFacts, dict[datetime, int]]]:
    """Of each pool's free windows of the usual length, by start: how many percent of the places are gone.

    `nothing`: any prices.
    """
    found = []
    for pool in _by_plug(await pools_at(session, [site.id])):
        rules = policy.slots.of(pool.id)
        gone: dict[datetime, int] = {}
        at: datetime | None = now
        while at is not None:
            starts, at = starts_to_offer(rules, at, until, now, site.zone)
            slots = [Slot(start, start + usual_length(rules)) for start in starts]
            asked = _Asked(nothing)
            for one in await _offered(session, site, policy, [pool], slots, now, asked):
                free = {window.slot.start for window in one.windows if window.free}
                gone |= {start: asked.gone[start] for start in sorted(free)}
        found.append((pool, gone))
    return found


class _Asked:
    """Notes what the price of each window is asked by."""

    def __init__(self, nothing: Prices) -> None:
        self.gone: dict[datetime, int] = {}
        self._nothing = nothing

    def __call__(self, start: datetime, gone_percent: int) -> Prices:
        self.gone[start] = gone_percent
        return self._nothing


async def _offered(
    session: AsyncSession,
    site: Site,
    policy: Policy,
    pools: Sequence[PoolFacts],
    slots: Sequence[Slot],
    now: datetime,
    price_of: PriceOf | None = None,
) -> list[PoolAvailability]:
    if not slots:
        return []
    span = Slot(slots[0].start, slots[-1].end + policy.slots.buffer)
    loaded = await count_pools(session, pools, span, {site.id: policy}, now)

    def ask(seen: Sequence[Pool]) -> list[PoolAvailability]:
        return [availability_of(pool, slots, price_of) for pool in seen]

    return await decided(session, loaded, ask)


def _by_plug(pools: Sequence[PoolFacts]) -> list[PoolFacts]:
    seen = [pool.wanted_for(plug) for pool in pools for plug in pool.connector_types]
    return sorted(seen, key=lambda pool: pool.by_power)
