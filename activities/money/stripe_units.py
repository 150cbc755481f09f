"""Amounts in the units that Stripe's API counts in, and back (docs.stripe.com/currencies).

They are ISO 4217's minor units but for three kinds: ISK and UGX have no decimals and are counted with two zeros all the
same; MGA has decimals and is counted without; of three decimals the last is zero.
"""

from fractions import Fraction

from domain.money.amount import Money
from domain.money.currencies import currency_of

_PER_MINOR_UNIT = {"ISK": Fraction(100), "UGX": Fraction(100), "MGA": Fraction(1, 100)}


def to_stripe(amount: Money) -> int:
    """The nearest amount that moves. Bills and deposits are such amounts already (`domain.settlement.totals`)."""
    units = currency_of(amount.currency).nearest(amount.minor) * _PER_MINOR_UNIT.get(amount.currency, 1)
    return int(units)


def from_stripe(units: int, currency: str) -> Money:
    """`currency` in capital letters. Parts of a minor unit, which no card has, round half away from zero."""
    return Money(1, currency).times(Fraction(units) / _PER_MINOR_UNIT.get(currency, 1))
