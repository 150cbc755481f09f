"""What credits pay of a bill: never more than there is or is asked, and a rest that a card can be charged."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.money.amount import Money, total
from domain.money.credits import OpenCredit, drawn, revived, to_spend
from domain.money.currencies import currency_of

NOW = datetime(2026, 11, 29, tzinfo=UTC)
CURRENCIES = ("EUR", "JPY", "KWD", "HUF", "ISK", "MGA")
credits = st.lists(
    st.tuples(st.integers(1, 500), st.none() | st.integers(1, 5), st.integers(0, 3)), max_size=6
).map(
    lambda rows: [
        OpenCredit(
            id=number,
            left=Money(minor, "EUR"),
            expires_at=None if days is None else NOW + timedelta(days=days),
            granted_at=NOW - timedelta(days=ago),
        )
        for number, (minor, days, ago) in enumerate(rows)
    ]
)


@given(st.sampled_from(CURRENCIES), st.integers(0, 50_000), st.integers(0, 50_000))
def test_the_rest_is_nothing_or_chargeable(code: str, steps: int, available: int) -> None:
    currency = currency_of(code)
    missing = Money(steps * currency.step, code)
    spent = to_spend(missing, Money(available, code))
    rest = missing - spent
    assert 0 <= spent.minor <= min(missing.minor, available)
    assert rest.is_zero or rest.minor % currency.step == 0 or missing.minor < currency.least
    assert rest.is_zero or rest.minor >= currency.least or missing.minor < currency.least


@given(st.sampled_from(CURRENCIES), st.integers(1, 50_000), st.integers(0, 50_000))
def test_nothing_is_left_unspent_without_need(code: str, steps: int, available: int) -> None:
    currency = currency_of(code)
    missing = Money(steps * currency.step, code)
    spent = to_spend(missing, Money(available, code))
    one_more = spent + Money(currency.step, code)
    rest = (missing - one_more).minor
    possible = one_more.minor <= min(available, missing.minor)
    assert not (possible and (rest == 0 or rest >= currency.least))


@given(credits, st.integers(0, 2_000))
def test_the_soonest_to_expire_is_drawn_first(credits: list[OpenCredit], minor: int) -> None:
    amount = Money(minor, "EUR")
    parts = drawn(amount, credits)
    whole = total([one.left for one in credits], "EUR")
    assert total(list(parts.values()), "EUR") == min(amount, whole)
    used_up = True
    for credit in sorted(credits, key=lambda one: (one.expires_at is None, one.order)):
        part = parts.get(credit.id, Money(0, "EUR"))
        assert part.is_zero or used_up
        assert part <= credit.left
        used_up = used_up and part == credit.left


@given(credits, st.integers(0, 2_000), st.integers(0, 2_000))
def test_who_gives_back_stands_where_less_had_been_drawn(
    credits: list[OpenCredit], minor: int, back: int
) -> None:
    parts = drawn(Money(minor, "EUR"), credits)
    held = [
        OpenCredit(id=one.id, left=parts[one.id], expires_at=one.expires_at, granted_at=one.granted_at)
        for one in credits
        if one.id in parts
    ]
    taken = total(list(parts.values()), "EUR")
    given_back = min(Money(back, "EUR"), taken)
    again = revived(given_back, held)
    stands = {
        one.id: left for one in held if not (left := one.left - again.get(one.id, Money(0, "EUR"))).is_zero
    }
    assert stands == dict(drawn(taken - given_back, credits))
