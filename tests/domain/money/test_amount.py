"""Money: exact, rounded once, of one currency."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import CurrencyMismatch
from domain.money.amount import Money, total, zero

minors = st.integers(min_value=-(10**9), max_value=10**9)
factors = st.fractions(min_value=-1000, max_value=1000, max_denominator=10_000)


@given(minors, minors, minors)
def test_addition_is_exact_whatever_the_order(a: int, b: int, c: int) -> None:
    x, y, z = (Money(minor, "EUR") for minor in (a, b, c))
    assert (x + y) + z == x + (y + z) == total([z, y, x], "EUR")
    assert x - y == x + -y
    assert x + zero("EUR") == x


@given(minors, factors)
def test_a_product_is_off_by_half_a_unit_at_most(minor: int, factor: Fraction) -> None:
    product = Money(minor, "EUR").times(factor)
    assert abs(product.minor - minor * factor) <= Fraction(1, 2)


@given(minors, factors)
def test_rounding_treats_debit_and_credit_alike(minor: int, factor: Fraction) -> None:
    assert Money(-minor, "EUR").times(factor) == -Money(minor, "EUR").times(factor)


@pytest.mark.parametrize(
    ("minor", "percent", "expected"), [(50, 1, 1), (49, 1, 0), (-50, 1, -1), (150, 1, 2)]
)
def test_halves_round_away_from_zero(minor: int, percent: int, expected: int) -> None:
    assert Money(minor, "EUR").times(Fraction(percent, 100)) == Money(expected, "EUR")


@given(minors, st.one_of(st.none(), minors))
def test_a_cap_is_never_exceeded(minor: int, cap: int | None) -> None:
    capped = Money(minor, "EUR").capped(None if cap is None else Money(cap, "EUR"))
    assert capped.minor == (minor if cap is None else min(minor, cap))


def test_currencies_never_mix() -> None:
    euro, krona = Money(100, "EUR"), Money(100, "SEK")
    with pytest.raises(CurrencyMismatch):
        euro + krona
    with pytest.raises(CurrencyMismatch):
        euro - krona
    with pytest.raises(CurrencyMismatch):
        euro.capped(krona)
    with pytest.raises(CurrencyMismatch):
        max(euro, krona)
    with pytest.raises(CurrencyMismatch):
        total([krona], "EUR")
    assert euro != krona


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (1234, "EUR", "12.34 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (0, "EUR", "0.00 EUR"),
        (1234, "JPY", "1234 JPY"),
        (0, "JPY", "0 JPY"),
        (1234, "KWD", "1.234 KWD"),
    ],
)
def test_amounts_are_written_with_the_currencys_own_decimals(minor: int, currency: str, text: str) -> None:
    assert str(Money(minor, currency)) == text


@given(minors, minors)
def test_comparison_follows_the_amount(a: int, b: int) -> None:
    assert (Money(a, "EUR") < Money(b, "EUR")) == (a < b)
    assert (Money(a, "EUR") >= Money(b, "EUR")) == (a >= b)
