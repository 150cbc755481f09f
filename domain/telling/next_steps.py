"""What whoever is told something can do next about it."""

from enum import StrEnum

from domain.facts import money_notices, notices, waiting_notices
from domain.facts.fact import code_of


class NextStep(StrEnum):
    ANSWER = "answer"
    PAY = "pay"
    BOOK = "book"
    """There is nothing to hold on to any more: another place, or another time."""
    LOOK = "look"


_OTHERWISE = {
    NextStep.ANSWER: (notices.MoveProposed, notices.TimeProposed, waiting_notices.PlaceOffered),
    NextStep.PAY: (
        money_notices.DebtClaimed,
        money_notices.DebtNeedsDriver,
        money_notices.DebtOpened,
        notices.PaymentWanted,
    ),
    NextStep.BOOK: (
        notices.Cancelled,
        notices.DateSkipped,
        notices.EndedByFailure,
        notices.Expired,
        notices.GroupGivenUp,
        notices.Unfulfilled,
        waiting_notices.WaitingOver,
    ),
}
_BY_CODE = {code_of(kind): step for step, kinds in _OTHERWISE.items() for kind in kinds}


def next_step(code: str) -> NextStep:
    """After the notice of that code."""
    return _BY_CODE.get(code, NextStep.LOOK)
