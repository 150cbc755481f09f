"""Limits by role: no sum of small gifts passes a limit, and who decides has the standing for it."""

from hypothesis import given
from hypothesis import strategies as st

from domain.money.amount import Money
from domain.money.authority import Authority, Role

_CURRENCIES = ["EUR", "SEK", "JPY"]
_LIMITS = st.dictionaries(
    st.sampled_from(list(Role)), st.dictionaries(st.sampled_from(_CURRENCIES), st.integers(0, 10_000))
)
authorities = st.builds(Authority, alone=_LIMITS)
roles = st.sampled_from(list(Role))


@given(authorities, roles, st.sampled_from(_CURRENCIES), st.lists(st.integers(1, 5_000), max_size=12))
def test_what_a_role_gives_alone_never_adds_up_to_more_than_its_limit(
    authority: Authority, role: Role, currency: str, wishes: list[int]
) -> None:
    given_alone = Money(0, currency)
    for wish in wishes:
        amount = Money(wish, currency)
        if authority.may_alone(role, amount, given=given_alone):
            given_alone += amount
        else:
            assert given_alone + amount > authority.limit_of(role, currency)
    assert given_alone <= authority.limit_of(role, currency)


@given(authorities, st.integers(1, 20_000), st.sampled_from(_CURRENCIES))
def test_about_what_others_ask_for_finance_decides_managers_within_their_limit_and_support_never(
    authority: Authority, minor: int, currency: str
) -> None:
    amount = Money(minor, currency)
    assert authority.may_decide(Role.FINANCE, amount)
    assert not authority.may_decide(Role.SUPPORT, amount)
    assert authority.may_decide(Role.MANAGER, amount) == (
        amount <= authority.limit_of(Role.MANAGER, currency)
    )


def test_a_currency_that_nobody_named_needs_a_second_person_always() -> None:
    authority = Authority()
    nothing, one = Money(0, "SEK"), Money(1, "SEK")
    assert not any(authority.may_alone(role, one, given=nothing) for role in Role)
    assert authority.may_decide(Role.FINANCE, one)
