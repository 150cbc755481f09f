"""What a fleet may spend: what fits, what is refused, and when the fleet is told."""

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


@given(_uses(), st.lists(_AMOUNT, min_size=1, max_size=10))
def test_of_bookings_one_after_the_other_each_figure_is_told_once_at_most(
    use: BudgetUse, amounts: list[int]
) -> None:
    told = []
    for minor in amounts:
        after = use.with_promise(_euros(minor))
        told.append(reached(use, after))
        use = after
    figures = [one for one in told if one is not None]
    assert figures == sorted(set(figures))
    if figures:
        assert use.percent >= figures[-1]


def test_what_crosses_both_figures_at_once_tells_the_higher() -> None:
    empty = BudgetUse(
        cost_center=WHOLE_FLEET, limit=_euros(100), hard=False, spent=_euros(0), promised=_euros(0)
    )
    assert reached(empty, empty.with_promise(_euros(79))) is None
    assert reached(empty, empty.with_promise(_euros(80))) == 80
    assert reached(empty, empty.with_promise(_euros(150))) == 100
