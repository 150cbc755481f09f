"""What a refused driver may book instead: of what there is around, what this driver can book, for what it costs them,
each by a quote of its own.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import whereabouts
from activities.holds.around import Around, Place, best_nearby, on_the_grid, search_of
from activities.holds.drivers import admit, booked_by, check_may_book, slots_booked
from activities.holds.offered_quotes import offered_quote
from activities.holds.telling import certainty_of_offer, told
from contracts.alternatives import Alternative
from contracts.holds import HoldStep, PlaceHold
from db.queries.money.quotes import keep_offered, quote_of
from db.queries.place.access import admissions_of, tiers_at
from db.queries.place.opening import hours_of, is_open
from db.queries.place.pools import decided
from db.queries.place.prices import priced_by
from db.queries.place.routes import out_of_the_way
from db.queries.standing import Wanted, standing_of
from db.tables import Quote
from domain.errors import DomainError
from domain.place.admission import Admission
from domain.place.alternatives import MOST, Offer, offered, offers_here
from domain.place.pool import Pool
from domain.place.ranking import Rank, Yardstick
from domain.place.slots import Slot, takes
from domain.settlement.agreed import agreed_amount
from domain.terms.accepted import Terms
from domain.terms.access_rules import Caller
from domain.terms.tiered import policy_for, tier_of

_Found = tuple[Place, Offer, Terms]
"""What is offered, and for what."""


async def alternatives(
    session: AsyncSession, ask: PlaceHold, there: Around, *, along: str = ""
) -> tuple[Alternative, ...]:
    """At most MOST of what is `there`, best first: those that this driver can book. A quote of each is kept.
    `along`: code of the reservation by whose route that is reckoned; empty: of `ask`.

    The driver's row is locked, and made if need be, as for a booking.
    """
    await admit(session, driver_id=ask.driver_id, fleet_id=ask.fleet_id, now=ask.now)
    there = await _on_the_way(session, along or ask.code, await _admitted(session, ask, there))
    home = there.home
    asked = _Asked(session, on_the_grid(ask, home.versions.terms))
    offers = [*await asked.here(home, there.wanted), *there.nearby]
    found = await asked.theirs(offered(offers, there.wanted), {home.site.id: home, **there.places})
    if not found:
        return ()
    wanted = await asked.as_wanted(home)
    quoted = [(one, _quote(ask, *one), _alternative(*one, asked.ask.slot, wanted)) for one in found]
    quoted.sort(key=lambda each: _rank(there.wanted, each[0][1], each[2]))
    await keep_offered(session, [quote for _, quote, _ in quoted])
    return tuple(replace(alternative, quote=quote.id) for _, quote, alternative in quoted)


def _rank(wanted: Yardstick, offer: Offer, told: Alternative) -> Rank:
    """Now that its price is known, too."""
    price = 0 if told.price_difference is None else told.price_difference.minor
    return wanted.rank(
        offer.pool.facts, offer.slot, opens=offer.opens, price=price, kept=told.certainty or 0.0
    )


async def _on_the_way(session: AsyncSession, code: str, there: Around) -> Around:
    """What is least out of their way is nearest to this driver."""
    away = await out_of_the_way(session, code, there.home.site.id, there.wanted.away)
    return replace(there, wanted=replace(there.wanted, away=away))


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
    return replace(there, home=home, nearby=await best_nearby(session, pools, there.wanted), places=seen)


def _seen_by(place: Place, admission: Admission | None, tiers: Collection[str]) -> Place:
    policy = place.versions.terms.policy
    tier = tier_of(policy, tiers)
    if admission is None and not tier:
        return place
    own = policy_for(policy, tier)

    def seen(pool: Pool) -> Pool:
        return replace(pool, admission=admission, policy=replace(own, slots=own.slots.of(pool.facts.id)))

    return replace(
        place,
        pools=[seen(pool) for pool in place.pools],
        other_plugs=[seen(pool) for pool in place.other_plugs],
        too_slow=[seen(pool) for pool in place.too_slow],
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    session: AsyncSession
    ask: PlaceHold

    async def here(self, home: Place, yardstick: Yardstick) -> list[Offer]:
        session, ask = self.session, self.ask
        together = ask.for_guest or home.versions.terms.policy.overlapping_per_driver
        search = search_of(ask.slot, home.site)
        reached = Slot(search.start, search.end + ask.slot.length)
        own = () if together else await slots_booked(session, ask.driver_id, reached)
        wanted = {pool.facts for pool in home.pools}

        def offers(seen: Sequence[Pool]) -> list[Offer]:
            theirs = [pool for pool in seen if pool.facts in wanted]
            return offers_here(
                theirs,
                yardstick,
                busy=own,
                around=search,
                other_plugs=[pool for pool in seen if pool.facts not in wanted],
                named=[replace(pool, needs=ask.needs) for pool in theirs] if ask.needs.bay else (),
            )

        return await decided(session, home.all_pools, offers)

    async def theirs(self, offers: Iterable[Offer], places: Mapping[str, Place]) -> list[_Found]:
        """The first MOST that this driver can book."""
        found: list[_Found] = []
        for offer in offers:
            place = places[offer.pool.facts.site_id]
            own = await self._own_terms(place, offer)
            if own is not None:
                found.append((place, offer, replace(own, named_bay=offer.named_bay)))
            if len(found) == MOST:
                break
        return found

    async def as_wanted(self, home: Place) -> Terms | None:
        """As they were quoted the wanted slot, or would have it now; None: the site is closed then."""
        ask, terms = self.ask, home.versions.terms
        if ask.quote is not None:
            kept = await quote_of(self.session, [ask.account], ask.quote)
            return None if kept is None else kept.terms
        if not is_open(hours_of(home.site), ask.slot):
            return None
        wanted = Wanted(driver_id=ask.driver_id, site_id=home.site.id, start=ask.slot.start, code=ask.code)
        standing = await standing_of(self.session, wanted, terms.policy, ask.now)
        pools = [pool for pool in (*home.pools, *home.too_slow) if ask.pool_id in (None, pool.facts.id)]
        fitting = [pool for pool in pools if takes(pool.policy.slots, ask.slot, pool.facts.zone)]
        counted = fitting or pools
        return _priced(home, terms.theirs(standing), ask.slot, counted, ask.now, standing.caller)

    async def _own_terms(self, place: Place, offer: Offer) -> Terms | None:
        """As a booking of that pool would get them; None: it would be refused."""
        ask, slot = self.ask, offer.slot
        terms = place.versions.terms
        wanted = Wanted(driver_id=ask.driver_id, site_id=place.site.id, start=slot.start, code=ask.code)
        booked = await booked_by(self.session, wanted, slot, terms.policy, step=HoldStep.BOOK, now=ask.now)
        own = terms.theirs(booked.standing)
        if ask.for_guest:
            booked = replace(booked, overlapping=None)
        try:
            await check_may_book(
                self.session, wanted, booked, own, slot, ask.now, pool_id=offer.pool.facts.id
            )
        except DomainError:
            return None
        own_pool = [pool for pool in place.all_pools if pool.facts == offer.pool.facts]
        # A booking of the offer names its pool: only that one counts as full.
        own = _priced(place, own, slot, own_pool, ask.now, booked.standing.caller)
        return replace(own, certainty=certainty_of_offer(offer))


def _priced(
    place: Place, terms: Terms, slot: Slot, pools: Iterable[Pool], now: datetime, caller: Caller
) -> Terms:
    """`terms`: of who asks. `pools`: that may serve it."""
    varies = place.versions.prices
    return terms if varies is None else priced_by(varies, terms, slot, pools, now, caller)


def _quote(ask: PlaceHold, place: Place, offer: Offer, terms: Terms) -> Quote:
    facts = offer.pool.facts
    return offered_quote(
        ask,
        place.versions,
        terms,
        offer.slot,
        pool_id=facts.id,
        connector_type=facts.connector_type,
        bay=offer.pool.needs.bay,
        opens=offer.opens,
    )


def _alternative(
    place: Place, offer: Offer, terms: Terms, wanted: Slot, as_wanted: Terms | None
) -> Alternative:
    """`as_wanted`: the terms of the wanted slot, to compare with."""
    found = told(
        offer,
        terms,
        whereabouts(place.site),
        distance_m=place.distance_m,
        wanted=wanted,
        as_wanted=as_wanted,
    )
    is_fee = terms.policy.payments.model.takes_fee_at_booking
    return replace(found, agreed=agreed_amount(terms, offer.slot), is_fee=is_fee)
