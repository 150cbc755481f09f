"""Money given back after the settlement: what a person decided, and what was refunded in the provider's dashboard.

Every later pricing keeps it: the bill is what the story costs, less what was given back, as lines of goodwill. They
are taxed like what they give back: of a line, as that line; of the whole, in the proportion of the bill. Nothing is
given back beyond the charge, nor of a line beyond what the line costs with its tax.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from domain.causes import Cause
from domain.money.amount import Money
from domain.money.bill import Bill
from domain.money.currencies import currency_of
from domain.money.lines import GOODWILL, TAXED, LineItem, LineKind
from domain.settlement.totals import added_up
from domain.terms.tariff import Tariff

_DERIVED = GOODWILL | {LineKind.TAX, LineKind.ROUNDING}
"""Made anew from the other lines."""
_NOT_GIVEN_BACK = _DERIVED | {LineKind.COMPENSATION, LineKind.FEE_CREDIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """`amount`: with tax, positive: given back. `line`: the kind it gives back; None: of the whole."""

    amount: Money
    line: LineKind | None = None


def unadjusted(bill: Bill, tariff: Tariff) -> Bill:
    """What the story costs, as if nothing had been given back."""
    if not any(line.kind in GOODWILL for line in bill.lines):
        return bill
    lines = [line for line in bill.lines if line.kind not in _DERIVED]
    return added_up(lines, tariff, energy_wh=bill.energy_wh)


def adjusted(bill: Bill, adjustments: Iterable[Adjustment], tariff: Tariff) -> Bill:
    """`bill`: with nothing given back."""
    lines = [line for line in bill.lines if line.kind not in _DERIVED]
    left = _Left.of(lines, tariff.tax_basis_points)
    given_back = [line for one in adjustments for line in left.less(one, tariff.currency)]
    if not given_back:
        return bill
    return added_up([*lines, *given_back], tariff, energy_wh=bill.energy_wh)


def may_be_given_back(line: LineItem) -> bool:
    return line.amount.minor > 0 and line.kind not in _NOT_GIVEN_BACK


def cost_of(line: LineItem, tariff: Tariff) -> Money:
    """With its tax, as an amount that moves."""
    gross = line.amount
    if line.kind in TAXED:
        gross += line.amount.times(Fraction(tariff.tax_basis_points, 10_000))
    return Money(currency_of(gross.currency).nearest(gross.minor), gross.currency)


@dataclass(slots=True, kw_only=True)
class _Left:
    """Of a bill, in minor units before tax: what is not given back yet. `rate`: in basis points."""

    taxed: int
    untaxed: int
    rate: int
    by_kind: dict[LineKind, int] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Sequence[LineItem], rate: int) -> "_Left":
        left = cls(taxed=0, untaxed=0, rate=rate)
        for line in lines:
            if line.kind in TAXED:
                left.taxed += line.amount.minor
            elif line.kind is not LineKind.COMPENSATION:
                left.untaxed += line.amount.minor
        for line in filter(may_be_given_back, lines):
            tax = left._tax(line.amount.minor) if line.kind in TAXED else 0
            left.by_kind[line.kind] = left.by_kind.get(line.kind, 0) + line.amount.minor + tax
        return left

    def less(self, adjustment: Adjustment, currency: str) -> list[LineItem]:
        """The lines that give it back, as far as there is anything left."""
        amount = self._within(adjustment, currency)
        if amount <= 0:
            return []
        taxed = self._taxed_part(amount, adjustment.line)
        if adjustment.line is not None:
            self.by_kind[adjustment.line] -= amount
        net = self._net_of(taxed)
        rest = taxed - (net + self._tax(self.taxed) - self._tax(self.taxed - net))
        self.taxed -= net
        self.untaxed -= amount - taxed + rest
        parts = (
            (LineKind.GOODWILL, net),
            (LineKind.GOODWILL_UNTAXED, amount - taxed),
            (LineKind.ROUNDING, rest),
        )
        return [
            LineItem(kind=kind, cause=Cause.OPERATOR, amount=Money(-minor, currency))
            for kind, minor in parts
            if minor
        ]

    def _within(self, adjustment: Adjustment, currency: str) -> int:
        gross = self.taxed + self._tax(self.taxed) + self.untaxed
        most, amount = gross, adjustment.amount.minor
        if amount >= currency_of(currency).nearest(gross):
            amount = gross
        if adjustment.line is not None:
            most = min(most, self.by_kind.get(adjustment.line, 0))
        return min(amount, most)

    def _taxed_part(self, amount: int, line: LineKind | None) -> int:
        """Of `amount`, what gives back what is taxed, with its tax."""
        most = max(0, self.taxed + self._tax(self.taxed))
        untaxed = max(0, self.untaxed)
        if line is not None:
            part = amount if line in TAXED else 0
        else:
            part = round(Fraction(amount * most, most + untaxed)) if most + untaxed else 0
        return min(most, max(part, amount - untaxed))

    def _net_of(self, gross: int) -> int:
        """The most net that gives back no more than `gross` with the tax on it; one unit may be missing."""
        if gross == self.taxed + self._tax(self.taxed):
            return self.taxed
        net = gross * 10_000 // (10_000 + self.rate) + 1
        while net + self._tax(self.taxed) - self._tax(self.taxed - net) > gross:
            net -= 1
        return net

    def _tax(self, net: int) -> int:
        return Money(net, "EUR").times(Fraction(self.rate, 10_000)).minor
