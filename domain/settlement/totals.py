"""From lines to a bill: the fee credited to the session, tax, rounding, and what is owed in the end."""

from fractions import Fraction

from domain.causes import Cause
from domain.money.amount import Money, total, zero
from domain.money.bill import Bill
from domain.money.currencies import currency_of
from domain.money.lines import SESSION, TAXED, LineItem, LineKind
from domain.terms.accepted import Terms
from domain.terms.tariff import Tariff


def summed(lines: list[LineItem], terms: Terms, *, energy_wh: int) -> Bill:
    """Add fee credit and tax, then the sums. What negative prices leave over is credited."""
    return added_up(_credited(lines, terms), terms.tariff, energy_wh=energy_wh)


def added_up(lines: list[LineItem], tariff: Tariff, *, energy_wh: int) -> Bill:
    """Add the tax, what the sum is rounded by, and the sums."""
    currency = tariff.currency
    lines = _rounded(_taxed(lines, tariff), currency)
    owed = total([line.amount for line in lines if line.kind is not LineKind.COMPENSATION], currency)
    compensation = _sum_of(lines, frozenset({LineKind.COMPENSATION}), currency)
    nothing = zero(currency)
    return Bill(
        lines=tuple(lines),
        charge=max(owed, nothing),
        credit=max(-owed, nothing) - compensation,
        energy_wh=energy_wh,
    )


def _credited(lines: list[LineItem], terms: Terms) -> list[LineItem]:
    """Credit the reservation fee that is really charged to the session, up to what the session costs."""
    currency = terms.policy.currency
    fee = _sum_of(lines, frozenset({LineKind.RESERVATION_FEE}), currency)
    credit = fee.capped(_sum_of(lines, SESSION, currency))
    if not terms.policy.fee_credited_to_session or credit.minor <= 0:
        return lines
    return [*lines, LineItem(kind=LineKind.FEE_CREDIT, cause=Cause.DRIVER, amount=-credit)]


def _taxed(lines: list[LineItem], tariff: Tariff) -> list[LineItem]:
    """One tax line: the rate on the sum of all taxed lines, rounded once, half a minor unit away from zero."""
    rate = tariff.tax_basis_points
    tax = _sum_of(lines, TAXED, tariff.currency).times(Fraction(rate, 10_000))
    if tax.is_zero:
        return lines
    return [*lines, LineItem(kind=LineKind.TAX, cause=Cause.DRIVER, amount=tax, rate_basis_points=rate)]


def _rounded(lines: list[LineItem], currency: str) -> list[LineItem]:
    """What is to be taken, as an amount that a card can be charged; what is owed to the driver moves on no card."""
    owed = total([line.amount for line in lines if line.kind is not LineKind.COMPENSATION], currency)
    off = currency_of(currency).nearest(owed.minor) - owed.minor
    if owed.minor <= 0 or off == 0:
        return lines
    return [*lines, LineItem(kind=LineKind.ROUNDING, cause=Cause.DRIVER, amount=Money(off, currency))]


def _sum_of(lines: list[LineItem], kinds: frozenset[LineKind], currency: str) -> Money:
    return total([line.amount for line in lines if line.kind in kinds], currency)
