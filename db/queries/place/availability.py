"""What can be booked at a site, loaded for `domain.place.availability` to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.access import caller_of
from db.queries.place.pools import count_pools, decided, pools_at
from db.queries.place.prices import price_list
from db.queries.place.sites import site_of
from db.queries.place.terms import versions_if_open
from domain.errors import UnknownPool
from domain.facts.refusals import NoSuchPool
from domain.place.admission import Admission
from domain.place.availability import (
    USUAL_LENGTH,
    PoolAvailability,
    availability_of,
    check_span,
    slots_to_offer,
    usual_length,
)
from domain.place.energy import EnergyWanted, for_each_of
from domain.place.fit import NO_NEEDS, Needs
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot
from domain.terms.accepted import Terms
from domain.terms.access_rules import ANYBODY, Caller
from domain.terms.tiered import policy_for, tier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAvailability:
    """`terms` None: the site cannot be booked yet. `next_from`: ask again from here; None: that was all."""

    terms: Terms | None
    length: timedelta
    pools: tuple[PoolAvailability, ...]
    next_from: datetime | None


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
    driver_id: str | None = None,
    fleet_id: str | None = None,
    needs: Needs = NO_NEEDS,
    known_caller: Caller | None = None,
    energy: EnergyWanted | None = None,
) -> SiteAvailability:
    """Windows that start in [start, end), by the grid: of `length`, or in each pool as long as `energy` takes there;
    neither: an hour, as far as the rules allow.

    Only what that driver, or else that fleet, may use and what fits `needs` counts as free; of neither: all of it.

    Raises UnknownSite, UnknownPool; SlotInvalid for a span or a length that cannot be, EnergyBeyondSlot.
    """
    check_span(start, end)
    site = await site_of(session, site_id)
    pools = _chosen(await pools_at(session, [site_id]), pool_id, connector_type, needs.plugs)
    versions = await versions_if_open(session, site_id, now)
    if versions is None:
        unoffered = tuple(PoolAvailability(pool=pool, connectors=0, bookable=0, windows=()) for pool in pools)
        return SiteAvailability(terms=None, length=length or USUAL_LENGTH, pools=unoffered, next_from=None)
    terms, caller = versions.terms, ANYBODY
    if (driver_id or fleet_id) and (terms.policy.tiers or versions.access is not None):
        caller = known_caller or await caller_of(session, driver_id, fleet_id, site_id, at=max(start, now))
    rules = policy_for(terms.policy, tier_of(terms.policy, caller.tiers)).slots
    of_pools = {pool.id: rules.of(pool.id) for pool in pools}
    length = length or usual_length(rules.of(pool_id))
    lengths = dict.fromkeys(of_pools, length)
    if energy is not None:
        lengths = {id_: one.length for id_, one in for_each_of(energy, pools, of_pools).items()}
        length = max(lengths.values(), default=length)
    slots, next_from = slots_to_offer(of_pools, lengths, Slot(start, end), now, site.zone)
    # From now on if that is what was asked: who is there already may stand in the way of the first windows.
    all_slots = [slot for each in slots.values() for slot in each] or [Slot(start, start + length)]
    first, last = min(slot.start for slot in all_slots), max(slot.end for slot in all_slots)
    span = Slot(min(max(start, now), first), last + rules.buffer)
    admissions = {}
    if versions.access is not None and caller is not ANYBODY:
        admissions[site_id] = Admission(versions.access, caller, site.zone)
    loaded = await count_pools(session, pools, span, {site.id: terms.policy}, now, admissions, needs)
    price_of = None
    if versions.prices is not None:
        price_of = (await price_list(session, terms, versions.prices, driver_id, site_id, now)).of
    offered = await decided(
        session,
        loaded,
        lambda seen: [availability_of(pool, slots[pool.facts.id], price_of) for pool in seen],
    )
    return SiteAvailability(terms=terms, length=length, pools=tuple(offered), next_from=next_from)


def _chosen(
    pools: Sequence[PoolFacts], pool_id: str | None, connector_type: str | None, plugs: Sequence[str]
) -> list[PoolFacts]:
    """Those asked for, most powerful first; one that has several types of plug once for each."""
    if pool_id is not None and pool_id not in {pool.id for pool in pools}:
        raise UnknownPool(NoSuchPool(pool_id=pool_id))
    chosen = [
        pool.wanted_for(plug)
        for pool in pools
        if pool_id in (None, pool.id)
        for plug in pool.connector_types
        if connector_type in (None, plug) and (connector_type or not plugs or plug in plugs)
    ]
    return sorted(chosen, key=lambda pool: pool.by_power)
