"""A price that is told beforehand is what the same rules charge."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError, QuoteExpired, QuoteMismatch, QuoteUsed
from domain.money.amount import Money
from domain.place.slots import Slot
from domain.settlement.costs_ahead import CostUntil
from domain.settlement.quote import Wish, cancelling, check_quote, estimate
from tests.domain.builders import at, window
from tests.factories.policies import make_policy, make_tariff, make_terms

WISH = Wish(site_id="north", pool_id=None, connector_type="CCS", slot=window(0, 60))


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def test_an_estimate_has_every_line_that_such_a_stay_is_charged() -> None:
    tariff = make_tariff(session_fee=euros(100), time_per_minute=euros(2))
    bill = estimate(make_terms(tariff=tariff), window(0, 60), 20_000)
    lines = {line.kind.value: line.amount.minor for line in bill.lines}
    assert lines == {
        "reservation_fee": 300,
        "session_fee": 100,
        "energy": 1000,
        "time": 120,
        "fee_credit": -300,
        "tax": 232,
    }
    assert (bill.charge, bill.energy_wh) == (euros(1452), 20_000)


@given(st.integers(1, 200_000), st.integers(15, 240), st.integers(0, 90), st.booleans())
def test_an_estimate_is_in_proportion_to_prices_and_free_of_fees_for_failing(
    energy: int, minutes: int, price: int, credited: bool
) -> None:
    terms = make_terms(
        policy=make_policy(fee_credited_to_session=credited),
        tariff=make_tariff(energy_per_kwh=euros(price), tax_basis_points=0),
    )
    bill = estimate(terms, Slot(at(0), at(minutes)), energy)
    session = euros(price).times(Fraction(energy, 1000)).minor
    due = max(300, session) if credited else 300 + session
    assert bill.charge == euros(due)
    assert not {line.kind.value for line in bill.lines} & {"overstay", "no_show", "cancellation", "change"}


def test_cancelling_is_told_from_now_on() -> None:
    day = timedelta(hours=24)
    assert cancelling(make_terms(), window(0, 60), at(0) - 2 * day) == (
        CostUntil(cost=euros(0), until=at(0) - day),
        CostUntil(cost=euros(200), until=None),
    )
    assert cancelling(make_terms(), window(0, 60), at(-30)) == (CostUntil(cost=euros(200), until=None),)


@pytest.mark.parametrize(
    ("wish", "used", "minutes", "refusal"),
    [
        (WISH, False, 15, None),
        (WISH, False, 15.1, QuoteExpired),
        (WISH, True, 0, QuoteUsed),
        (Wish(site_id="south", pool_id=None, connector_type="CCS", slot=WISH.slot), False, 0, QuoteMismatch),
        (Wish(site_id="north", pool_id=None, connector_type=None, slot=WISH.slot), False, 0, QuoteMismatch),
        (Wish(site_id="north", pool_id="p", connector_type="CCS", slot=WISH.slot), False, 0, QuoteMismatch),
        (
            Wish(site_id="north", pool_id=None, connector_type="CCS", slot=window(0, 45)),
            False,
            0,
            QuoteMismatch,
        ),
    ],
)
def test_who_may_have_a_quote(
    wish: Wish, used: bool, minutes: float, refusal: type[DomainError] | None
) -> None:
    def check() -> None:
        check_quote(WISH, wish, valid_until=at(15), used=used, now=at(minutes))

    if refusal is None:
        check()
        return
    with pytest.raises(refusal):
        check()
