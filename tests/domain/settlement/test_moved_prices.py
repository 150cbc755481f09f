"""What a moved slot costs: never more than was agreed to, and the fee as it was."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import PriceNotAccepted
from domain.money.amount import Money
from domain.settlement.moved_prices import AcceptedPrices, capped, check_prices, priced_anew
from domain.terms.accepted import Terms
from domain.terms.priced import Prices
from tests.factories import make_terms

cents = st.integers(0, 300).map(lambda minor: Money(minor, "EUR"))


@st.composite
def prices(draw: st.DrawFn) -> Prices:
    return Prices(
        version=1, energy_per_kwh=draw(cents), time_per_minute=draw(cents), reservation_fee=draw(cents)
    )


agreements = st.builds(AcceptedPrices, energy_per_kwh=st.none() | cents, time_per_minute=st.none() | cents)
varied = st.one_of(st.just(make_terms()), prices().map(make_terms().at))


def figures(terms: Terms) -> tuple[Money, Money]:
    return terms.tariff.energy_per_kwh, terms.tariff.time_per_minute


@given(former=varied, today=varied, accepted=agreements)
def test_nobody_pays_more_than_they_agreed_to_and_the_fee_stays(
    former: Terms, today: Terms, accepted: AcceptedPrices
) -> None:
    moved = priced_anew(former, today)
    assert moved.reservation_fee == former.reservation_fee
    told = capped(former, moved, accepted)
    agreed = (accepted.energy_per_kwh, accepted.time_per_minute)
    for price, new, before, yes in zip(figures(told), figures(moved), figures(former), agreed, strict=True):
        assert price == min(new, max(before, yes or before))
    if told == moved:
        check_prices(former, moved, accepted)
    else:
        with pytest.raises(PriceNotAccepted):
            check_prices(former, moved, accepted)
    if told.prices is not None:
        assert (told.prices.energy_per_kwh, told.prices.time_per_minute) == figures(told)
        assert told.prices.reservation_fee == told.policy.reservation_fee


def test_other_terms_stay_as_they_were_accepted() -> None:
    former = make_terms()
    today = replace(make_terms(), policy_version=9, tariff_version=9).at(
        Prices(
            version=4,
            energy_per_kwh=Money(9, "EUR"),
            time_per_minute=Money(8, "EUR"),
            reservation_fee=Money(7, "EUR"),
        )
    )
    moved = priced_anew(former, today)
    assert (moved.policy, moved.policy_version, moved.tariff_version) == (
        former.policy,
        former.policy_version,
        former.tariff_version,
    )
    assert figures(moved) == (Money(9, "EUR"), Money(8, "EUR"))
