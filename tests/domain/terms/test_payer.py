"""Who is asked for a deposit, and who is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money.amount import Money
from domain.place.slots import Slot
from domain.settlement.agreed import agreed_amount
from domain.terms.payer import BY_CARD, Payer, PayerKind, Standing, payer_of
from domain.terms.payments import PaymentModel, PaymentRules, TrustRules
from tests.domain.builders import at
from tests.factories.policies import make_policy, make_terms

SLOT = Slot(at(0), at(60))
RULES = st.builds(
    TrustRules,
    visits=st.integers(1, 5),
    within=st.just(timedelta(days=180)),
    most_open=st.integers(1, 3),
)
STANDINGS = st.builds(
    Standing,
    visits=st.integers(0, 8),
    no_shows=st.integers(0, 1),
    owes=st.booleans(),
    disputed=st.booleans(),
    open=st.integers(0, 4),
)


@given(STANDINGS, RULES)
def test_who_keeps_every_condition_is_trusted_and_nobody_else(standing: Standing, rules: TrustRules) -> None:
    clean = replace(standing, no_shows=0, owes=False, disputed=False) == standing
    trusted = clean and standing.visits >= rules.visits and standing.open < rules.most_open
    expected = Payer(kind=PayerKind.TRUSTED) if trusted else BY_CARD
    assert payer_of(standing, PaymentRules(trusted=rules)) == expected


@given(STANDINGS)
def test_nobody_is_trusted_where_no_policy_says_so(standing: Standing) -> None:
    assert payer_of(standing, PaymentRules()) == BY_CARD


@pytest.mark.parametrize("model", PaymentModel)
@pytest.mark.parametrize("kind", [PayerKind.TRUSTED, PayerKind.MEMBER, PayerKind.INVOICE])
def test_only_who_pays_by_card_is_asked_for_security(model: PaymentModel, kind: PayerKind) -> None:
    policy = make_policy(payments=PaymentRules(model=model))
    terms = make_terms(policy=policy)
    assert not agreed_amount(terms, SLOT).is_zero
    assert agreed_amount(replace(terms, payer=Payer(kind=kind)), SLOT) == Money(0, "EUR")
