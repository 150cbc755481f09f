"""The terms of a slot where a site's prices vary: one way for quotes, bookings and what is offered."""

from collections.abc import Iterable
from datetime import datetime

from domain.place.fullness import promised_percent
from domain.place.pool import Pool
from domain.place.slots import Slot
from domain.terms.accepted import Terms
from domain.terms.price_rules import PriceRules
from domain.terms.priced import Asked, priced


def at_slot_prices(
    terms: Terms, rules: PriceRules, version: int, slot: Slot, pools: Iterable[Pool], now: datetime
) -> Terms:
    """`pools`: those that may serve it, with the holds of its time; none are needed where demand does not count."""
    asked = Asked(
        start=slot.start,
        zone=terms.site_zone,
        lead=slot.start - now,
        occupied_percent=promised_percent(pools, slot) if rules.occupancy else 0,
    )
    return terms.at(priced(terms.tariff, terms.policy.reservation_fee, rules, asked).told(version))
