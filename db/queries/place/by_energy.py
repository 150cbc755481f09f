"""A slot that is asked for by its energy: how long it is, and in which pool, settled before anything is held.

Where it takes as long in every pool, it may be in any. Else it is as long as in the most powerful pool that has a place
for it at this moment, and in that one: a slower one would not give as much in that time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.access import admissions_of
from db.queries.place.pools import decided, load_pools
from domain.place.choice import Choice, NoPlace
from domain.place.choosing import booking_wish
from domain.place.energy import EnergyWanted, Reckoned, for_each_of, slot_for, wished_first
from domain.place.fit import NO_NEEDS, Needs
from domain.place.pool import Pool, neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, occupied_window
from domain.terms.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedByEnergy:
    """`pools`: that may give it. `needs`: of who asks, of a bay. `on_the_spot`: from the moment it is asked."""

    wanted: EnergyWanted
    start: datetime
    pools: Sequence[PoolFacts]
    driver_id: str
    needs: Needs = NO_NEEDS
    on_the_spot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotByEnergy:
    """`pool_id` None: in any of those that were asked about."""

    slot: Slot
    reckoned: Reckoned
    pool_id: str | None


async def slot_by_energy(
    session: AsyncSession, ask: AskedByEnergy, policy: Policy, now: datetime
) -> SlotByEnergy:
    """Raises EnergyBeyondSlot where no pool's slots are long enough."""
    rules = {pool.id: policy.slots.of(pool.id) for pool in ask.pools}
    reckoned = for_each_of(ask.wanted, ask.pools, rules)
    found = [
        SlotByEnergy(
            slot=slot_for(
                reckoned[pool.id], ask.start, rules[pool.id], pool.zone, on_the_spot=ask.on_the_spot
            ),
            reckoned=reckoned[pool.id],
            pool_id=pool.id,
        )
        for pool in wished_first(ask.pools, policy.slots)
        if pool.id in reckoned
    ]
    first = found[0]
    if len(found) == len(ask.pools) and len({one.slot for one in found}) == 1:
        return SlotByEnergy(slot=first.slot, reckoned=first.reckoned, pool_id=None)
    if len(found) == 1:
        return first
    return await _first_with_place(session, ask, found, policy, now) or first


async def _first_with_place(
    session: AsyncSession, ask: AskedByEnergy, found: Sequence[SlotByEnergy], policy: Policy, now: datetime
) -> SlotByEnergy | None:
    wanted = {one.pool_id for one in found}
    pools = [pool for pool in ask.pools if pool.id in wanted]
    longest = max((one.slot for one in found), key=lambda slot: slot.end)
    span = neighbourhood(occupied_window(longest, policy.slots.buffer))
    sites = {pool.site_id for pool in pools}
    admissions = await admissions_of(session, ask.driver_id, sites, at=now, starts=ask.start)
    policies = dict.fromkeys(sites, policy)
    loaded = await load_pools(session, pools, span, policies, now, admissions, ask.needs)
    seen = {pool.facts.id: pool for pool in loaded}
    for one in found:
        pool = seen[one.pool_id or ""]
        if isinstance(await decided(session, [pool], partial(_given, slot=one.slot)), Choice):
            return one
    return None


def _given(pools: Sequence[Pool], slot: Slot) -> Choice | NoPlace:
    (pool,) = pools
    return pool.choose(booking_wish(pool, slot))
