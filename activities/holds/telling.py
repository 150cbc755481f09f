"""An offer as it is told to who was refused or lost their place: where, when, for what, how likely it is kept."""

from dataclasses import replace

from contracts.alternatives import Alternative
from domain.place.alternatives import Offer
from domain.place.certainty import least_of
from domain.place.pool_facts import PoolFacts
from domain.place.reasons import OfferReason
from domain.place.slots import Slot
from domain.settlement.agreed import price_difference
from domain.terms.accepted import Terms
from domain.terms.certainty import Certainty
from domain.whereabouts import Whereabouts


def certainty_of_offer(offer: Offer) -> Certainty | None:
    """As it will be where it can be booked later only. None: the bay is the driver's already."""
    if offer.reason is OfferReason.SHORTER_HERE:
        return None
    then = offer.pool if offer.opens is None else replace(offer.pool, now=offer.opens)
    return least_of(then, offer.slot)


def told(
    offer: Offer, terms: Terms, site: Whereabouts, *, distance_m: int, wanted: Slot, as_wanted: Terms | None
) -> Alternative:
    """`terms`: of the offer, with its certainty; `as_wanted`: of the wanted slot, to compare with, if there are any."""
    facts = offer.pool.facts
    return Alternative(
        site_id=site.site_id,
        site_name=site.name,
        site_address=site.address,
        pool_id=facts.id,
        slot=offer.slot,
        power_w=facts.power_w,
        distance_m=distance_m,
        reservation_fee=terms.reservation_fee,
        reason=offer.reason,
        payer=terms.payer.kind,
        energy_per_kwh=terms.tariff.energy_per_kwh,
        time_per_minute=terms.tariff.time_per_minute,
        price_reasons=() if terms.prices is None else terms.prices.reasons,
        certainty=None if terms.certainty is None else terms.certainty.kept,
        price_difference=None
        if as_wanted is None
        else price_difference(terms, offer.slot, as_wanted, wanted),
        connector_type=facts.connector_type,
        accessible=offer.accessible,
        named_bay=offer.named_bay,
        bookable_from=offer.opens,
    )


def as_replaced(site: Whereabouts, offer: Offer, terms: Terms, wanted: Slot) -> Alternative:
    """Of a place that is held already, at the prices that were accepted: how likely it is kept is not told again."""
    own = replace(terms, certainty=None)
    return told(offer, own, site, distance_m=site.distance_m or 0, wanted=wanted, as_wanted=own)


def reason_of(facts: PoolFacts, booked: PoolFacts | None) -> OfferReason:
    """Of a place at the time that was promised."""
    away = booked is not None and facts.site_id != booked.site_id
    return OfferReason.NEARBY if away else OfferReason.SAME_TIME_HERE
