"""What a slot costs at a site whose prices vary: loads what the rules go by."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.belongings import belongings_of
from db.queries.place.opening import is_holiday
from db.queries.place.pools import load_pools
from db.queries.place.terms import PriceVersion
from domain.place.pool import Pool, neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, occupied_window, takes
from domain.settlement.price_list import NO_BELONGINGS, PriceList
from domain.settlement.slot_prices import at_slot_prices
from domain.terms.accepted import Terms
from domain.terms.access_rules import ANYBODY, Caller


async def at_prices(
    session: AsyncSession,
    terms: Terms,
    varies: PriceVersion | None,
    pools: Sequence[PoolFacts],
    slot: Slot,
    now: datetime,
    *,
    caller: Caller = ANYBODY,
    before: int | None = None,
    leaving: Collection[int] = (),
    on_the_spot: bool = False,
) -> Terms:
    """`pools`: of those, the ones whose slots may be as long are counted. `caller`: whom it is for. `leaving`: holds
    that do not count; `before`: nor do it and those that came after it.

    No statement where prices do not vary, or not by demand; else two.
    """
    if varies is None:
        return terms
    seen = []
    if varies.rules.occupancy:
        span = neighbourhood(occupied_window(slot, terms.policy.slots.buffer))
        policies = {pool.site_id: terms.policy for pool in pools}
        loaded = await load_pools(session, pools, span, policies, now)
        long_enough = [
            pool
            for pool in loaded
            if takes(pool.policy.slots, slot, pool.facts.zone, on_the_spot=on_the_spot)
        ]
        seen = [_as_before(pool.without(*leaving), before) for pool in long_enough or loaded]
    return priced_by(varies, terms, slot, seen, now, caller)


async def price_list(
    session: AsyncSession,
    terms: Terms,
    varies: PriceVersion,
    driver_id: str | None,
    site_id: str,
    now: datetime,
) -> PriceList:
    """For many slots, as that driver would pay; None: as anybody. One statement where it matters who asks, else none.

    `terms`: everybody's.
    """
    whose = NO_BELONGINGS
    if driver_id is not None and (varies.rules.knows_groups or varies.rules.tiers or terms.policy.tiers):
        whose = await belongings_of(session, driver_id, site_id, now)
    return PriceList(
        terms=terms,
        rules=varies.rules,
        version=varies.version,
        now=now,
        is_holiday=partial(is_holiday, varies.hours),
        whose=whose,
    )


def priced_by(
    varies: PriceVersion,
    terms: Terms,
    slot: Slot,
    pools: Iterable[Pool],
    now: datetime,
    caller: Caller = ANYBODY,
) -> Terms:
    """Where what the rules go by is known already."""
    holiday = varies.rules.knows_holidays and is_holiday(varies.hours, slot.start)
    return at_slot_prices(
        terms, varies.rules, varies.version, slot, pools, now, holiday=holiday, caller=caller
    )


def _as_before(pool: Pool, hold_id: int | None) -> Pool:
    if hold_id is None:
        return pool
    return pool.without(*(hold.id for hold in pool.holds if hold.id >= hold_id))
