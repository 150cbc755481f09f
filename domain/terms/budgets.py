"""What a fleet may spend in a month, in all or by cost center: does a booking fit, and what is the fleet told?

Spent is what is on its invoice account, by the ledger; promised is what bookings to come are expected to come to.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.errors import BudgetExceeded
from domain.facts.refused_money import BeyondBudget, BeyondBudgetOfFleet
from domain.money.amount import Money

TOLD_AT = (100, 80)
"""Percent of a budget of which a fleet is told once a month, the highest first."""
WHOLE_FLEET = ""
"""In place of a cost center's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetUse:
    """`cost_center`: its code, or WHOLE_FLEET. `hard`: nothing is booked beyond it."""

    cost_center: str
    limit: Money
    hard: bool
    spent: Money
    promised: Money

    @property
    def used(self) -> Money:
        return self.spent + self.promised

    @property
    def percent(self) -> int:
        """Of the limit, begun ones not counted; of one of nothing 100 once anything is used."""
        if self.limit.is_zero:
            return 100 if self.used.minor > 0 else 0
        return max(0, self.used.minor * 100 // self.limit.minor)

    def with_promise(self, expected: Money) -> "BudgetUse":
        return BudgetUse(
            cost_center=self.cost_center,
            limit=self.limit,
            hard=self.hard,
            spent=self.spent,
            promised=self.promised + expected,
        )


def check_budgets(uses: Iterable[BudgetUse], expected: Money) -> None:
    """Of a booking that is expected to come to so much. Raises BudgetExceeded."""
    for use in uses:
        if not use.hard or use.used + expected <= use.limit:
            continue
        if use.cost_center == WHOLE_FLEET:
            raise BudgetExceeded(
                BeyondBudgetOfFleet(
                    limit=use.limit, spent=use.spent, promised=use.promised, expected=expected
                )
            )
        raise BudgetExceeded(
            BeyondBudget(
                cost_center=use.cost_center,
                limit=use.limit,
                spent=use.spent,
                promised=use.promised,
                expected=expected,
            )
        )


def reached(use: BudgetUse) -> int | None:
    """The highest of TOLD_AT that is used, by whatever brought it there: a booking, or a bill that came to more than
    was expected. None: none is.
    """
    return next((percent for percent in TOLD_AT if use.percent >= percent), None)
