"""What a slot costs by a site's price rules: the tariff's figures, step by step, each with its reason.

The order: the band's price, how full the site is, how late one books, tier or group, bounds. Each step is rounded to
the currency's minor unit, so that the steps can be followed by hand. The price is that of the slot's start and stays
for the whole session, however long it takes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from domain.errors import Explanation
from domain.facts import price_reasons as why
from domain.facts.price_reasons import PriceReason
from domain.money.amount import Money
from domain.money.price import Price
from domain.terms.price_rules import UNCHANGED, Band, Bounds, PriceRules
from domain.terms.tariff import Tariff

_HUNDRED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom and what a price is for. `occupied_percent`: of the places for the slot, those that are gone (0-100).

    `lead`: from now to its start. `holiday`: is its first day a public holiday at the site?
    """

    start: datetime
    zone: str
    lead: timedelta
    occupied_percent: int = 0
    holiday: bool = False
    tier: str = ""
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What varies, as it was told and will be charged.

    `version`: of the rules. `reasons`: of the list PriceReason, written down.
    """

    version: int
    energy_per_kwh: Money
    time_per_minute: Money
    reservation_fee: Money
    reasons: tuple[Explanation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """`tariff` and `reservation_fee`: to be charged. `reasons`: in the order of the steps, price by price."""

    tariff: Tariff
    reservation_fee: Money
    reasons: tuple[PriceReason, ...] = ()

    def told(self, version: int) -> Prices:
        return Prices(
            version=version,
            energy_per_kwh=self.tariff.energy_per_kwh,
            time_per_minute=self.tariff.time_per_minute,
            reservation_fee=self.reservation_fee,
            reasons=tuple(Explanation.of(reason) for reason in self.reasons),
        )


def priced(tariff: Tariff, reservation_fee: Money, rules: PriceRules | None, asked: Asked) -> Priced:
    """Without rules: as the tariff has it."""
    if rules is None:
        return Priced(tariff=tariff, reservation_fee=reservation_fee)
    base = {
        Price.ENERGY: tariff.energy_per_kwh,
        Price.TIME: tariff.time_per_minute,
        Price.FEE: reservation_fee,
    }
    reasons: list[PriceReason] = []
    amounts = {}
    for which, amount in base.items():
        steps = list(_steps(which, amount, rules, asked))
        reasons += [step.reason for step in steps]
        amounts[which] = steps[-1].amount if steps else amount
    varied = replace(tariff, energy_per_kwh=amounts[Price.ENERGY], time_per_minute=amounts[Price.TIME])
    return Priced(tariff=varied, reservation_fee=amounts[Price.FEE], reasons=tuple(reasons))


@dataclass(frozen=True, slots=True)
class _Step:
    amount: Money
    reason: PriceReason


def _steps(which: Price, amount: Money, rules: PriceRules, asked: Asked) -> Iterator[_Step]:
    band = _band(which, rules, asked)
    if band is not None and (set_to := band.price(which)) is not None:
        amount = set_to
        yield _Step(amount, why.BandPrice(price=which, amount=amount, band=band.name))
    if which not in rules.varies:
        return
    for step in _factors(which, amount, rules, asked):
        amount = step.amount
        yield step
    yield from _bounded(which, amount, rules.bounds)


def _band(which: Price, rules: PriceRules, asked: Asked) -> Band | None:
    local = asked.start.astimezone(ZoneInfo(asked.zone))
    covering = [
        band
        for band in rules.bands
        if band.price(which) is not None and band.covers(local, holiday=asked.holiday)
    ]
    return max(covering, key=lambda band: band.priority, default=None)


def _factors(which: Price, amount: Money, rules: PriceRules, asked: Asked) -> Iterator[_Step]:
    reached = rules.occupancy_step(asked.occupied_percent)
    if reached is not None:
        amount = _times(amount, reached.factor_percent)
        busy = why.BusyTime(
            price=which,
            amount=amount,
            factor_percent=reached.factor_percent,
            from_percent=reached.from_percent,
            occupied_percent=asked.occupied_percent,
        )
        yield _Step(amount, busy)
    nearest = rules.lead_step(asked.lead)
    if nearest is not None:
        amount = _times(amount, nearest.factor_percent)
        booked = why.BookedWithin(
            price=which, amount=amount, factor_percent=nearest.factor_percent, within=nearest.within
        )
        yield _Step(amount, booked)
    yield from _for_whom(which, amount, rules, asked)


def _for_whom(which: Price, amount: Money, rules: PriceRules, asked: Asked) -> Iterator[_Step]:
    tier = next((one for one in rules.tiers if one.name == asked.tier), None)
    group = min(
        (one for one in rules.groups if one.name in asked.groups),
        key=lambda one: (one.factor_percent, one.name),
        default=None,
    )
    if tier is not None and (group is None or tier.factor_percent <= group.factor_percent):
        amount, factor = _times(amount, tier.factor_percent), tier.factor_percent
        yield _Step(amount, why.TierPrice(price=which, amount=amount, factor_percent=factor, tier=tier.shown))
    elif group is not None:
        amount, factor = _times(amount, group.factor_percent), group.factor_percent
        yield _Step(
            amount, why.GroupPrice(price=which, amount=amount, factor_percent=factor, group=group.shown)
        )


def _bounded(which: Price, amount: Money, bounds: tuple[Bounds, ...]) -> Iterator[_Step]:
    bound = next((one for one in bounds if one.price is which), None)
    if bound is None:
        return
    if bound.cap is not None and amount > bound.cap:
        yield _Step(bound.cap, why.PriceCap(price=which, amount=bound.cap))
    elif bound.floor is not None and amount < bound.floor:
        yield _Step(bound.floor, why.PriceFloor(price=which, amount=bound.floor))


def _times(amount: Money, percent: int) -> Money:
    return amount if percent == UNCHANGED else amount.times(Fraction(percent, _HUNDRED))
