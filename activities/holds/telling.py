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
    found = _told(offer.pool.facts, offer.slot, offer.reason, terms, site, wanted, as_wanted)
    return replace(
        found,
        distance_m=distance_m,
        accessible=offer.accessible,
        named_bay=offer.named_bay,
        bookable_from=offer.opens,
    )


def as_replaced(
    site: Whereabouts, facts: PoolFacts, slot: Slot, terms: Terms, wanted: Slot, booked: PoolFacts | None
) -> Alternative:
    """Of a place that is held already, for `slot`, at the prices that were accepted: how likely it is kept is not told
    again.
    """
    away = booked is not None and facts.site_id != booked.site_id
    reason = OfferReason.NEARBY if away else OfferReason.SAME_TIME_HERE
    if slot != wanted:
        reason = OfferReason.OTHER_TIME_HERE
    own = replace(terms, certainty=None)
    return _told(facts, slot, reason, own, site, wanted, own)


def _told(
    facts: PoolFacts,
    slot: Slot,
    reason: OfferReason,
    terms: Terms,
    site: Whereabouts,
    wanted: Slot,
    as_wanted: Terms | None,
) -> Alternative:
    return Alternative(
        site_id=site.site_id,
        site_name=site.name,
        site_address=site.address,
        pool_id=facts.id,
        slot=slot,
        power_w=facts.power_w,
        distance_m=site.distance_m or 0,
        reservation_fee=terms.reservation_fee,
        reason=reason,
        payer=terms.payer.kind,
        energy_per_kwh=terms.tariff.energy_per_kwh,
        time_per_minute=terms.tariff.time_per_minute,
        price_reasons=() if terms.prices is None else terms.prices.reasons,
        certainty=None if terms.certainty is None else terms.certainty.kept,
        price_difference=None if as_wanted is None else price_difference(terms, slot, as_wanted, wanted),
        connector_type=facts.connector_type,
    )
