"""Accounts of a settled reservation: balanced by construction, and moved by differences only."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.errors import CurrencyMismatch
from domain.money.accounts import (
    CLEARING,
    COMPENSATION,
    CREDIT,
    Stand,
    by_account,
    difference,
    is_balanced,
    settled,
    taken_of,
    voided,
)
from domain.money.amount import Money
from domain.money.lines import LineItem, LineKind

euros = st.integers(-2_000, 2_000).map(lambda minor: Money(minor, "EUR"))
lines = st.lists(
    st.builds(LineItem, kind=st.sampled_from(list(LineKind)), cause=st.just(Cause.DRIVER), amount=euros),
    max_size=6,
)


@given(lines, euros)
def test_any_settlement_balances_and_shows_what_was_taken(lines: list[LineItem], taken: Money) -> None:
    books = settled(lines, taken={"pi_1": taken})
    accounts = by_account(books)
    assert is_balanced(accounts)
    assert accounts.get(CLEARING, Money(0, "EUR")) == taken
    assert taken_of(books).get("pi_1", Money(0, "EUR")) == taken
    assert all(not amount.is_zero for amount in (*accounts.values(), *books.values()))


@given(lines, euros, lines, euros)
def test_no_entry_is_without_its_partner_for_the_same_line_or_payment(
    before: list[LineItem], taken: Money, after: list[LineItem], then: Money
) -> None:
    present, target = settled(before, taken={"pi_1": taken}), settled(after, taken={"pi_2": then})
    groups: dict[Stand, int] = defaultdict(int)
    for stand, amount in difference(target, present).items():
        groups[replace(stand, account="")] += amount.minor
    assert not any(groups.values())


@given(lines, euros, lines, euros)
def test_the_difference_leads_from_one_settlement_to_the_next(
    before: list[LineItem], taken: Money, after: list[LineItem], then: Money
) -> None:
    present, target = settled(before, taken={"pi_1": taken}), settled(after, taken={"pi_1": then})
    changes = difference(target, present)
    assert is_balanced(changes)
    reached = dict(present)
    for stand, change in changes.items():
        reached[stand] = reached.get(stand, Money(0, "EUR")) + change
    assert _lines_of(reached) == _lines_of(target)
    assert difference(target, target) == {}


@given(lines, st.randoms(use_true_random=False), euros)
def test_lines_that_only_change_their_places_move_nothing(
    bill: list[LineItem], chance: Random, taken: Money
) -> None:
    shuffled = chance.sample(bill, len(bill))
    before, after = settled(bill, taken={"pi_1": taken}), settled(shuffled, taken={"pi_1": taken})
    assert difference(after, before) == {}


@given(lines, st.integers(0, 6), euros)
def test_a_line_more_moves_no_other_wherever_it_stands(
    bill: list[LineItem], position: int, amount: Money
) -> None:
    more = LineItem(kind=LineKind.CHANGE, cause=Cause.OPERATOR, amount=amount)
    changes = difference(
        settled([*bill[:position], more, *bill[position:]], taken={}), settled(bill, taken={})
    )
    assert {stand.line for stand in changes} <= {LineKind.CHANGE, ""}


def _lines_of(books: Mapping[Stand, Money]) -> dict[tuple[str, str], Counter[frozenset[tuple[str, Money]]]]:
    """What stands of each line, wherever that stands."""
    lines: dict[Stand, set[tuple[str, Money]]] = defaultdict(set)
    for stand, amount in books.items():
        if not amount.is_zero:
            lines[replace(stand, account="")].add((stand.account, amount))
    of: dict[tuple[str, str], Counter[frozenset[tuple[str, Money]]]] = defaultdict(Counter)
    for stand, amounts in lines.items():
        of[stand.line, stand.provider_object][frozenset(amounts)] += 1
    return dict(of)


@given(lines, euros)
def test_voiding_leaves_only_what_is_owed_to_the_driver(lines: list[LineItem], taken: Money) -> None:
    left = by_account(voided(settled(lines, taken={"pi_1": taken})))
    assert is_balanced(left)
    assert set(left) <= {CREDIT, COMPENSATION}


def test_compensation_is_owed_to_the_driver() -> None:
    earned = LineItem(kind=LineKind.COMPENSATION, cause=Cause.CHARGER_FAULT, amount=Money(-500, "EUR"))
    assert by_account(settled([earned], taken={}))[CREDIT] == Money(-500, "EUR")


def test_two_currencies_are_never_summed() -> None:
    with pytest.raises(CurrencyMismatch):
        is_balanced({"a": Money(5, "EUR"), "b": Money(-5, "SEK")})
