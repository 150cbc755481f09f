"""Who is asked for a deposit, and who is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import MembershipRequired
from domain.money.amount import Money
from domain.place.slots import Slot
from domain.settlement.agreed import agreed_amount
from domain.terms.account import Account, AccountUnusable, check_account
from domain.terms.payer import BY_CARD, Payer, PayerKind, Standing, check_membership, payer_of
from domain.terms.payments import PaymentModel, PaymentRules, TrustRules, WithoutAccount
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
    ends=st.lists(st.just(at(60)), max_size=4).map(tuple),
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


@given(STANDINGS, st.booleans(), st.sampled_from(PaymentModel))
def test_a_member_is_one_where_the_policy_has_members_whatever_else_is_known_of_them(
    standing: Standing, members: bool, model: PaymentModel
) -> None:
    rules = PaymentRules(model=model, members=members)
    found = payer_of(replace(standing, member=True, member_until=at(9)), rules)
    admitted = members or model is PaymentModel.MEMBERSHIP
    assert found == (Payer(kind=PayerKind.MEMBER, until=at(9)) if admitted else BY_CARD)
    assert payer_of(standing, rules) == BY_CARD
    if model is PaymentModel.MEMBERSHIP:
        check_membership(found, rules)
        with pytest.raises(MembershipRequired):
            check_membership(BY_CARD, rules)
    else:
        check_membership(BY_CARD, rules)


def test_what_a_member_was_quoted_is_kept_and_what_is_held_is_decided_anew() -> None:
    rules = PaymentRules(members=True, trusted=TrustRules())
    as_member, on_trust = Payer(kind=PayerKind.MEMBER), Payer(kind=PayerKind.TRUSTED)
    assert payer_of(Standing(no_shows=1), rules, as_member) == as_member
    assert payer_of(Standing(no_shows=1), rules, on_trust) == BY_CARD
    assert payer_of(Standing(member=True, visits=9), rules, on_trust) == as_member


@pytest.mark.parametrize("model", PaymentModel)
@pytest.mark.parametrize("kind", [PayerKind.TRUSTED, PayerKind.MEMBER, PayerKind.INVOICE])
def test_only_who_pays_by_card_is_asked_for_security(model: PaymentModel, kind: PayerKind) -> None:
    policy = make_policy(payments=PaymentRules(model=model))
    terms = make_terms(policy=policy)
    assert not agreed_amount(terms, SLOT).is_zero
    assert agreed_amount(replace(terms, payer=Payer(kind=kind)), SLOT) == Money(0, "EUR")


@pytest.mark.parametrize(
    ("account", "why"),
    [
        (Account(fleet="f", currency="EUR"), None),
        (Account(fleet="f", currency="EUR", active=False), "account_closed"),
        (Account(fleet="f", currency="EUR", limit=1000, used=999), None),
        (Account(fleet="f", currency="EUR", limit=1000, used=1000), "account_full"),
        (Account(fleet="f", currency="SEK"), "account_in_another_currency"),
    ],
)
def test_an_account_pays_or_the_policy_says_what_then(account: Account, why: str | None) -> None:
    standing, on_account = Standing(account=account, member=True), Payer(kind=PayerKind.INVOICE, account="f")
    refuse = PaymentRules(members=True)
    card = replace(refuse, without_account=WithoutAccount.CARD)
    member = Payer(kind=PayerKind.MEMBER)
    assert payer_of(standing, refuse, currency="EUR") == on_account
    assert payer_of(standing, card, currency="EUR") == (on_account if why is None else member)
    check_account(account, card, "EUR")
    if why is None:
        check_account(account, refuse, "EUR")
        return
    with pytest.raises(AccountUnusable) as refused:
        check_account(account, refuse, "EUR")
    assert refused.value.why.code == why
