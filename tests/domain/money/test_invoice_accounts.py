"""What an account owes, item by item."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money.amount import Money, total
from domain.money.invoice_accounts import Age, Claim, by_age, due_on, open_items

TODAY = date(2026, 11, 29)


def claim(name: str, minor: int, ago: int = 0) -> Claim:
    return Claim(reservation=name, amount=Money(minor, "EUR"), invoiced_on=TODAY - timedelta(days=ago))


@pytest.mark.parametrize(
    ("invoiced_on", "days", "due"),
    [
        (date(2026, 11, 1), 14, date(2026, 12, 14)),
        (date(2026, 11, 30), 14, date(2026, 12, 14)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
        (date(2027, 2, 3), 30, date(2027, 3, 30)),
    ],
)
def test_it_is_due_so_many_days_after_the_end_of_its_month(invoiced_on: date, days: int, due: date) -> None:
    assert due_on(invoiced_on, days) == due


def test_payments_and_credit_notes_pay_the_oldest_first() -> None:
    claims = [claim("new", 500), claim("note", -100), claim("older", 300, 200), claim("oldest", 400, 400)]
    items = open_items(claims, Money(1100 - 550, "EUR"), days_to_pay=14, today=TODAY)
    assert [(one.claim.reservation, one.left.minor, one.age) for one in items] == [
        ("older", 50, Age.OLDER),
        ("new", 500, Age.NOT_DUE),
    ]
    sums = by_age(items, "EUR")
    assert [(age, amount.minor) for age, amount in sums.items() if amount.minor] == [
        (Age.NOT_DUE, 500),
        (Age.OLDER, 50),
    ]


@pytest.mark.parametrize(
    ("late", "age"),
    [
        (0, Age.NOT_DUE),
        (1, Age.DAYS_30),
        (30, Age.DAYS_30),
        (31, Age.DAYS_60),
        (90, Age.DAYS_90),
        (91, Age.OLDER),
    ],
)
def test_an_item_is_as_old_as_it_is_overdue(late: int, age: Age) -> None:
    item = claim("a", 100)
    today = due_on(item.invoiced_on, 14) + timedelta(days=late)
    (found,) = open_items([item], Money(100, "EUR"), days_to_pay=14, today=today)
    assert found.age is age


@given(
    amounts=st.lists(st.integers(-500, 1000).filter(bool), max_size=12),
    paid=st.integers(0, 8000),
)
def test_open_items_come_to_what_is_owed_and_none_is_more_than_its_claim(
    amounts: list[int], paid: int
) -> None:
    claims = [claim(str(number), minor, number) for number, minor in enumerate(amounts)]
    owed = sum(amounts) - paid
    items = open_items(claims, Money(owed, "EUR"), days_to_pay=14, today=TODAY)
    assert total([one.left for one in items], "EUR").minor == max(0, owed)
    assert all(0 < one.left.minor <= one.claim.amount.minor for one in items)
    partly = [one for one in items if one.left != one.claim.amount]
    assert partly in ([], list(items[:1]))
