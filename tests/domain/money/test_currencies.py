"""Currencies: what moves in them, and what a bill is rounded to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.money.amount import Money
from domain.money.currencies import CHARGEABLE, Currency, currency_of
from domain.money.lines import LineItem, LineKind
from domain.settlement.totals import added_up
from tests.factories.policies import make_tariff

currencies = st.sampled_from(CHARGEABLE)
minors = st.integers(min_value=-(10**9), max_value=10**9)


@given(currencies, minors)
def test_what_moves_is_the_nearest_of_its_step(currency: Currency, minor: int) -> None:
    nearest = currency.nearest(minor)
    assert nearest % currency.step == 0
    assert abs(nearest - minor) * 2 <= currency.step
    assert currency.nearest(nearest) == nearest
    assert currency.nearest(-minor) == -nearest


@pytest.mark.parametrize("currency", CHARGEABLE, ids=lambda currency: currency.code)
def test_limits_can_be_charged(currency: Currency) -> None:
    assert currency.least % currency.step == 0
    assert currency.most % currency.step == 0
    assert currency.least < currency.most


@given(currencies, st.lists(minors, max_size=4))
def test_a_bill_can_be_taken_exactly_and_its_lines_say_how(currency: Currency, amounts: list[int]) -> None:
    code = currency.code
    lines = [
        LineItem(kind=LineKind.ENERGY, cause=Cause.DRIVER, amount=Money(minor, code)) for minor in amounts
    ]
    nothing = Money(0, code)
    free = make_tariff(
        currency=code,
        energy_per_kwh=nothing,
        time_per_minute=nothing,
        session_fee=nothing,
        tax_basis_points=1900,
    )
    bill = added_up(lines, free, energy_wh=0)
    assert bill.charge.minor % currency.step == 0
    assert bill.charge.minor - bill.credit.minor == sum(line.amount.minor for line in bill.lines)
    rounded = [line for line in bill.lines if line.kind is LineKind.ROUNDING]
    assert all(abs(line.amount.minor) * 2 <= currency.step for line in rounded)
    assert not rounded or currency.step > 1


def test_of_three_decimals_the_last_is_rounded_off() -> None:
    nothing = Money(0, "KWD")
    line = LineItem(kind=LineKind.ENERGY, cause=Cause.DRIVER, amount=Money(12_345, "KWD"))
    free = make_tariff(
        currency="KWD",
        energy_per_kwh=nothing,
        time_per_minute=nothing,
        session_fee=nothing,
        tax_basis_points=0,
    )
    bill = added_up([line], free, energy_wh=0)
    assert str(bill.charge) == "12.350 KWD"
    assert [(each.kind, each.amount.minor) for each in bill.lines[1:]] == [(LineKind.ROUNDING, 5)]


def test_a_currency_that_no_card_is_charged_in_is_known_as_such() -> None:
    assert not currency_of("XTS").chargeable
    assert currency_of("EUR").chargeable
