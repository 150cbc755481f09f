"""The terms of a slot where a site's prices vary: one way for quotes, bookings and what is offered."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
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
from domain.terms.priced import Asked, Priced, Prices, circumstances, priced


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
    return terms.at(_prices(terms, rules, version, asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTime:
    """A driver is in `group` in `[since, until)`; None: until somebody takes them out."""

    group: str
    since: datetime
    until: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """The same for many slots of a site at once, asked about at `now`: those that cost the same are priced once.

    `is_holiday`: at the site, of an instant. `groups`: of the driver whom it is for.
    """

    terms: Terms
    rules: PriceRules
    version: int
    now: datetime
    is_holiday: Callable[[datetime], bool]
    groups: tuple[GroupTime, ...] = ()
    _asked: dict[datetime, Asked] = field(default_factory=dict, init=False, compare=False, repr=False)
    _kinds: dict[Hashable, int] = field(default_factory=dict, init=False, compare=False, repr=False)
    _kind_of: dict[datetime, int] = field(default_factory=dict, init=False, compare=False, repr=False)
    _known: dict[tuple[int, int], Prices] = field(default_factory=dict, init=False, compare=False, repr=False)

    def of(self, start: datetime, gone_percent: int) -> Prices:
        """Of a slot that starts then, where so many percent of the places are gone."""
        if start not in self._asked:
            self._asked[start] = self._at(start)
            alike = circumstances(self.rules, self._asked[start])
            self._kind_of[start] = self._kinds.setdefault(alike, len(self._kinds))
        kind = self._kind_of[start], gone_percent if self.rules.occupancy else 0
        if kind not in self._known:
            asked = replace(self._asked[start], occupied_percent=kind[1])
            self._known[kind] = _prices(self.terms, self.rules, self.version, asked)
        return self._known[kind]

    def _at(self, start: datetime) -> Asked:
        return Asked(
            start=start,
            zone=self.terms.site_zone,
            lead=start - self.now,
            holiday=self.rules.knows_holidays and self.is_holiday(start),
            groups=frozenset(one.group for one in self.groups if one.covers(start)),
        )


def _prices(terms: Terms, rules: PriceRules, version: int, asked: Asked) -> Prices:
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
