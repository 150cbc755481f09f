"""What a fleet may spend: what fits, what is refused, and when the fleet is told."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BudgetExceeded
from domain.facts.refused_money import BeyondBudget, BeyondBudgetOfFleet
from domain.money.amount import Money
from domain.terms.budgets import WHOLE_FLEET, BudgetUse, check_budgets, reached

_AMOUNT = st.integers(0, 10_000)


def _euros(minor: int) -> Money:
    return Money(minor, "EUR")


@st.composite
def _uses(draw: st.DrawFn, hard: bool | None = None) -> BudgetUse:
    return BudgetUse(
        cost_center=draw(st.sampled_from((WHOLE_FLEET, "4711"))),
        limit=_euros(draw(_AMOUNT)),
        hard=draw(st.booleans()) if hard is None else hard,
        spent=_euros(draw(st.integers(-100, 10_000))),
        promised=_euros(draw(_AMOUNT)),
    )


@given(st.lists(_uses(), max_size=3), _AMOUNT)
def test_a_booking_is_refused_just_where_it_would_pass_a_hard_budget(
    uses: list[BudgetUse], minor: int
) -> None:
    expected = _euros(minor)
    passed = [use for use in uses if use.hard and use.spent + use.promised + expected > use.limit]
    if not passed:
        check_budgets(uses, expected)
        return
    with pytest.raises(BudgetExceeded) as refused:
        check_budgets(uses, expected)
    kind = BeyondBudgetOfFleet if passed[0].cost_center == WHOLE_FLEET else BeyondBudget
    why = refused.value.why
    assert isinstance(why, kind)
    assert why.parameters()["limit"] == {"minor": passed[0].limit.minor, "currency": "EUR"}


@given(_uses(), _AMOUNT)
def test_it_is_told_what_is_used_whatever_brought_it_there(use: BudgetUse, minor: int) -> None:
    after = use.with_promise(_euros(minor))
    figure = reached(after)
    assert figure == (100 if after.percent >= 100 else 80 if after.percent >= 80 else None)
    assert reached(replace(after, spent=after.used, promised=_euros(0))) == figure


def test_what_crosses_both_figures_at_once_tells_the_higher() -> None:
    empty = BudgetUse(
        cost_center=WHOLE_FLEET, limit=_euros(100), hard=False, spent=_euros(0), promised=_euros(0)
    )
    assert reached(empty.with_promise(_euros(79))) is None
    assert reached(empty.with_promise(_euros(80))) == 80
    assert reached(empty.with_promise(_euros(150))) == 100
