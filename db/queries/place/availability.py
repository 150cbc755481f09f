"""What can be booked at a site, loaded for `domain.place.availability` to answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.access import caller_of
from db.queries.place.pool_facts import pools_at
from db.queries.place.pools import count_pools, decided
from db.queries.place.prices import price_list
from db.queries.place.sites import site_of
from db.queries.place.terms import versions_if_open
from domain.errors import UnknownConnector, UnknownPool
from domain.facts.refusals import NoSuchPool, NothingNamedSo
from domain.place.admission import Admission
from domain.place.availability import (
    USUAL_LENGTH,
    PoolAvailability,
    PriceOf,
    availability_of,
    check_span,
    each_of,
    fewer_slots,
    slots_to_offer,
    usual_length,
)
from domain.place.connectors import PoolConnector
from domain.place.energy import EnergyWanted, for_each_of
from domain.place.fit import NO_NEEDS, Needs
from domain.place.pool import Pool
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot
from domain.terms.accepted import Terms
from domain.terms.access_rules import ANYBODY, Caller
from domain.terms.tiered import policy_for, tier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Connectors that are asked about: all that is said has to be true of them. `each`: one by one, too."""

    charger_id: str | None = None
    connector_id: int | None = None
    bay: str | None = None
    each: bool = False

    @property
    def narrows(self) -> bool:
        return (self.charger_id, self.connector_id, self.bay) != (None, None, None)

    def are(self, connector: PoolConnector) -> bool:
        return (
            self.charger_id in (None, connector.charger_id)
            and self.connector_id in (None, connector.id)
            and self.bay in (None, connector.bay)
        )

    def in_pools(self, pools: Sequence[Pool]) -> list[Pool]:
        """Those that have some, narrowed to them. Raises UnknownConnector."""
        if not self.narrows:
            return [*pools]
        found = [
            replace(pool, named=ids)
            for pool in pools
            if (ids := frozenset(c.id for c in pool.offering(pool.connectors) if self.are(c)))
        ]
        if not found:
            raise UnknownConnector(NothingNamedSo())
        return found


ANY_CONNECTOR = Named()


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
    named: Named = ANY_CONNECTOR,
) -> SiteAvailability:
    """Windows that start in [start, end), by the grid: of `length`, or in each pool as long as `energy` takes there;
    neither: an hour, as far as the rules allow.

    Only what that driver, or else that fleet, may use and what fits `needs` counts as free; of neither: all of it.

    Raises UnknownSite, UnknownPool, UnknownConnector, EnergyBeyondSlot; SlotInvalid for a span or a length that cannot
    be.
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
    policies = {site.id: terms.policy}
    loaded = named.in_pools(await count_pools(session, pools, span, policies, now, admissions, needs))
    if named.each:
        slots, next_from = fewer_slots(slots, sum(len(pool.connectors) for pool in loaded), next_from)
    price_of = None
    if versions.prices is not None:
        price_of = (await price_list(session, terms, versions.prices, driver_id, site_id, now)).of
    offered = [
        # Each for itself: where more has to be loaded for one, the others need not be asked again.
        await decided(session, [pool], partial(_offered, slots=slots, price_of=price_of, named=named))
        for pool in loaded
    ]
    return SiteAvailability(terms=terms, length=length, pools=tuple(offered), next_from=next_from)


def _offered(
    pools: Sequence[Pool], *, slots: Mapping[str, Sequence[Slot]], price_of: PriceOf | None, named: Named
) -> PoolAvailability:
    """Of the one pool."""
    (pool,) = pools
    found = availability_of(pool, slots[pool.facts.id], price_of)
    return replace(found, each=each_of(pool, slots[pool.facts.id])) if named.each else found


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
