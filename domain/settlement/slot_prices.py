"""The terms of a slot where a site's prices vary: one way for quotes, bookings and what is offered."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from domain.facts.price_reasons import PriceFloor
from domain.money.amount import Money
from domain.money.currencies import currency_of
from domain.money.price import Price
from domain.place.fullness import promised_percent
from domain.place.pool import Pool
from domain.place.slots import Slot
from domain.terms.accepted import Terms
from domain.terms.access_rules import ANYBODY, Caller
from domain.terms.price_rules import PriceRules
from domain.terms.priced import Asked, Priced, Prices, priced


def at_slot_prices(
    terms: Terms,
    rules: PriceRules,
    version: int,
    slot: Slot,
    pools: Iterable[Pool],
    now: datetime,
    *,
    holiday: bool,
    caller: Caller = ANYBODY,
) -> Terms:
    """`pools`: those that may serve it, with the holds of its time; none are needed where demand does not count.

    `holiday`: does it begin on a public holiday at the site? `caller`: whom it is for, as their groups have prices.
    """
    asked = Asked(
        start=slot.start,
        zone=terms.site_zone,
        lead=slot.start - now,
        occupied_percent=promised_percent(pools, slot) if rules.occupancy else 0,
        holiday=holiday,
        groups=caller.groups,
        tier=terms.tier,
    )
    return terms.at(prices_of(terms, rules, version, asked))


def prices_of(terms: Terms, rules: PriceRules, version: int, asked: Asked) -> Prices:
    """What it costs, with its reasons."""
    return _chargeable(priced(terms.tariff, terms.policy.reservation_fee, rules, asked), terms).told(version)


def _chargeable(found: Priced, terms: Terms) -> Priced:
    """A fee that is taken at booking is asked of a card alone: never less than that can be charged."""
    fee, least = found.reservation_fee, currency_of(terms.policy.currency).least
    if not terms.policy.payments.model.takes_fee_at_booking or fee.minor >= least:
        return found
    raised = Money(least, fee.currency)
    return replace(
        found,
        reservation_fee=raised,
        reasons=(*found.reasons, PriceFloor(price=Price.FEE, amount=raised)),
    )
