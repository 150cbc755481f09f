"""What a refused driver may book instead: loads pools here and nearby, lets the domain rank what they offer, and keeps
what this driver can book, for what it costs them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.drivers import admit, booked_by, check_may_book, slots_booked
from contracts.holds import Alternative, HoldStep, PlaceHold
from db.queries.money.quotes import quote_of
from db.queries.place.access import admissions_of, tiers_at
from db.queries.place.opening import hours_of, is_open, opens_after
from db.queries.place.pools import decided, load_pools, pools_at
from db.queries.place.prices import priced_by
from db.queries.place.sites import sites_near
from db.queries.place.terms import Versions, versions_in_force, versions_of_open
from db.queries.standing import Wanted, standing_of
from db.tables import Site
from domain.errors import DomainError
from domain.place.admission import Admission
from domain.place.alternatives import MOST, Offer, offers_here, offers_nearby, search_around
from domain.place.certainty import least_of
from domain.place.pool import Pool, neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, next_grid_start, occupied_window, takes
from domain.settlement.agreed import agreed_amount, price_difference
from domain.terms.accepted import Terms
from domain.terms.access_rules import Caller
from domain.terms.tiered import policy_for, tier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A site that may be offered: what is in force there, and its pools as they are seen."""

    site: Site
    distance_m: int
    versions: Versions
    pools: Sequence[Pool] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What there is for a wish, whoever has it. `nearby`: best first, at some of `places` (by site id)."""

    home: _Place
    nearby: Sequence[Offer]
    places: Mapping[str, _Place]


_Found = tuple[_Place, Offer, Terms]
"""What is offered, and for what."""


async def around(session: AsyncSession, ask: PlaceHold) -> Around:
    """The plug stays the wanted one if the driver named it or a pool. Raises UnknownSite."""
    versions = await versions_in_force(session, ask.site_id, ask.now)
    facts = await pools_at(session, [ask.site_id])
    of_pool = next((pool.connector_type for pool in facts if pool.id == ask.pool_id), None)
    plug = ask.connector_type or of_pool
    policy, ask = versions.terms.policy, _on_the_grid(ask, versions.terms)
    search = _search_of(ask.slot, versions.site)
    span = occupied_window(Slot(search.start, search.end + ask.slot.length), policy.slots.buffer)
    wanted = _served(facts, plug, ask)
    pools = await load_pools(session, wanted, span, {ask.site_id: policy}, ask.now, needs=ask.needs)
    home = _Place(site=versions.site, distance_m=0, versions=versions, pools=pools)
    return await _with_nearby(session, ask, home, plug)


def _served(pools: Iterable[PoolFacts], plug: str | None, ask: PlaceHold) -> list[PoolFacts]:
    plugs = ask.needs.plugs
    return [pool.wanted_for(pool.plug_of(plug, plugs)) for pool in pools if pool.serves(plug, plugs)]


async def _with_nearby(session: AsyncSession, ask: PlaceHold, home: _Place, plug: str | None) -> Around:
    slot, now = ask.slot, ask.now
    distances = await sites_near(session, home.site)
    known = await versions_of_open(session, distances, now)
    policies = {site_id: versions.terms.policy for site_id, versions in known.items()}
    facts = _served(await pools_at(session, policies), plug, ask)
    buffer = max((policy.slots.buffer for policy in policies.values()), default=slot.length)
    span = neighbourhood(occupied_window(slot, buffer))
    pools = await load_pools(session, facts, span, policies, now, needs=ask.needs)

    places = {
        site_id: _Place(
            site=versions.site,
            distance_m=distances[site_id],
            versions=versions,
            pools=[pool for pool in pools if pool.facts.site_id == site_id],
        )
        for site_id, versions in known.items()
    }
    return Around(home=home, nearby=await _best(session, pools, distances, slot), places=places)


async def _best(
    session: AsyncSession, pools: Sequence[Pool], sites: Iterable[str], slot: Slot
) -> Sequence[Offer]:
    """`sites`: nearest first."""
    order = list(sites)

    def best(seen: Sequence[Pool]) -> list[Offer]:
        return offers_nearby([[p for p in seen if p.facts.site_id == site] for site in order], slot)

    return await decided(session, pools, best)


def _search_of(slot: Slot, site: Site) -> Slot:
    """Where other times begin that are looked at."""
    hours = hours_of(site)
    return search_around(slot, None if is_open(hours, slot) else opens_after(hours, slot))


async def alternatives(session: AsyncSession, ask: PlaceHold, there: Around) -> tuple[Alternative, ...]:
    """At most MOST of what is `there`, best first: those that this driver can book.

    The driver's row is locked, and made if need be, as for a booking: roll back what it has written.
    """
    await admit(session, driver_id=ask.driver_id, fleet_id=ask.fleet_id, now=ask.now)
    there = await _admitted(session, ask, there)
    home = there.home
    asked = _Asked(session, _on_the_grid(ask, home.versions.terms))
    found = await asked.theirs(await asked.here(home), {home.site.id: home}, MOST)
    if len(found) < MOST:
        found += await asked.theirs(there.nearby, there.places, MOST - len(found))
    if not found:
        return ()
    wanted = await asked.as_wanted(home)
    return tuple(_alternative(place, offer, own, asked.ask.slot, wanted) for place, offer, own in found)


async def _admitted(session: AsyncSession, ask: PlaceHold, there: Around) -> Around:
    """As this driver sees it, whom some places may not let in, and whose tiers may book further ahead. No statement
    where everybody may, and there are no tiers."""
    places = {there.home.site.id: there.home, **there.places}
    kept = [site_id for site_id, place in places.items() if place.versions.access is not None]
    tiered = [site_id for site_id, place in places.items() if place.versions.terms.policy.tiers]
    if not kept and not tiered:
        return there
    starts = ask.slot.start
    admissions = await admissions_of(session, ask.driver_id, kept, at=ask.now, starts=starts) if kept else {}
    tiers = await tiers_at(session, ask.driver_id, tiered, starts=starts) if tiered else {}
    seen = {
        site_id: _seen_by(place, admissions.get(site_id), tiers.get(site_id, frozenset()))
        for site_id, place in places.items()
    }
    home = seen.pop(there.home.site.id)
    pools = [pool for place in seen.values() for pool in place.pools]
    nearest = sorted(seen, key=lambda site_id: seen[site_id].distance_m)
    return Around(home=home, nearby=await _best(session, pools, nearest, ask.slot), places=seen)


def _seen_by(place: _Place, admission: Admission | None, tiers: Collection[str]) -> _Place:
    policy = place.versions.terms.policy
    tier = tier_of(policy, tiers)
    if admission is None and not tier:
        return place
    own = policy_for(policy, tier)
    pools = [
        replace(pool, admission=admission, policy=replace(own, slots=own.slots.of(pool.facts.id)))
        for pool in place.pools
    ]
    return replace(place, pools=pools)


def _on_the_grid(ask: PlaceHold, terms: Terms) -> PlaceHold:
    """Who stands there and cannot have that one now is offered what can be booked from afar."""
    if ask.connector_id is None:
        return ask
    rules = terms.policy.slots.of(ask.pool_id)
    start = next_grid_start(ask.slot.start, rules.step, terms.site_zone)
    return replace(ask, slot=Slot(start, max(ask.slot.end, start + rules.shortest)), connector_id=None)


@dataclass(frozen=True, slots=True)
class _Asked:
    session: AsyncSession
    ask: PlaceHold

    async def here(self, home: _Place) -> list[Offer]:
        session, ask = self.session, self.ask
        together = home.versions.terms.policy.overlapping_per_driver
        search = _search_of(ask.slot, home.site)
        reached = Slot(search.start, search.end + ask.slot.length)
        own = () if together else await slots_booked(session, ask.driver_id, reached)
        return await decided(
            session,
            home.pools,
            lambda seen: offers_here(seen, ask.slot, wanted_pool=ask.pool_id, busy=own, around=search),
        )

    async def theirs(self, offers: Iterable[Offer], places: Mapping[str, _Place], most: int) -> list[_Found]:
        found: list[_Found] = []
        for offer in offers:
            place = places[offer.pool.facts.site_id]
            own = await self._own_terms(place, offer)
            if own is not None:
                found.append((place, offer, own))
            if len(found) == most:
                break
        return found

    async def as_wanted(self, home: _Place) -> Terms | None:
        """As they were quoted the wanted slot, or would have it now; None: the site is closed then."""
        ask, terms = self.ask, home.versions.terms
        if ask.quote is not None:
            kept = await quote_of(self.session, [ask.account], ask.quote)
            return None if kept is None else kept.terms
        if not is_open(hours_of(home.site), ask.slot):
            return None
        wanted = Wanted(driver_id=ask.driver_id, site_id=home.site.id, start=ask.slot.start, code=ask.code)
        standing = await standing_of(self.session, wanted, terms.policy, ask.now)
        fitting = [
            pool
            for pool in home.pools
            if ask.pool_id in (None, pool.facts.id)
            and takes(pool.policy.slots, ask.slot, pool.facts.zone, on_the_spot=ask.connector_id is not None)
        ]
        return _priced(home, terms.theirs(standing), ask.slot, fitting, ask.now, standing.caller)

    async def _own_terms(self, place: _Place, offer: Offer) -> Terms | None:
        """As a booking of that pool would get them; None: it would be refused."""
        ask, slot = self.ask, offer.slot
        terms = place.versions.terms
        wanted = Wanted(driver_id=ask.driver_id, site_id=place.site.id, start=slot.start, code=ask.code)
        booked = await booked_by(self.session, wanted, slot, terms.policy, step=HoldStep.BOOK, now=ask.now)
        own = terms.theirs(booked.standing)
        try:
            await check_may_book(
                self.session, wanted, booked, own, slot, ask.now, pool_id=offer.pool.facts.id
            )
        except DomainError:
            return None
        own_pool = [pool for pool in place.pools if pool.facts.id == offer.pool.facts.id]
        # A booking of the offer names its pool: only that one counts as full.
        return _priced(place, own, slot, own_pool, ask.now, booked.standing.caller)


def _priced(
    place: _Place, terms: Terms, slot: Slot, pools: Iterable[Pool], now: datetime, caller: Caller
) -> Terms:
    """`terms`: of who asks. `pools`: that may serve it."""
    varies = place.versions.prices
    return terms if varies is None else priced_by(varies, terms, slot, pools, now, caller)


def _alternative(
    place: _Place, offer: Offer, terms: Terms, wanted: Slot, as_wanted: Terms | None
) -> Alternative:
    """`as_wanted`: the terms of the wanted slot, to compare with."""
    facts = offer.pool.facts
    return Alternative(
        site_id=place.site.id,
        site_name=place.site.name,
        site_address=place.site.address,
        pool_id=facts.id,
        slot=offer.slot,
        power_w=facts.power_w,
        distance_m=place.distance_m,
        reservation_fee=terms.reservation_fee,
        reason=offer.reason,
        payer=terms.payer.kind,
        agreed=agreed_amount(terms, offer.slot),
        is_fee=terms.policy.payments.model.takes_fee_at_booking,
        energy_per_kwh=terms.tariff.energy_per_kwh,
        time_per_minute=terms.tariff.time_per_minute,
        price_reasons=() if terms.prices is None else terms.prices.reasons,
        certainty=least_of(offer.pool, offer.slot).kept,
        price_difference=None
        if as_wanted is None
        else price_difference(terms, offer.slot, as_wanted, wanted),
    )
