"""What whoever is told something can do next about it."""

from enum import StrEnum

from domain.facts import money_notices, notices, signing_in_notices, waiting_notices
from domain.facts.fact import code_of


class NextStep(StrEnum):
    ANSWER = "answer"
    PAY = "pay"
    BOOK = "book"
    """There is nothing to hold on to any more: another place, or another time."""
    LOOK = "look"
    WAIT = "wait"
    """An offer came to nothing; where they stand is told there."""
    READ = "read"
    """What was issued."""
    SECURE = "secure"
    """How they sign in, and where they are signed in."""
    ENDPOINTS = "endpoints"
    """Which systems hear of a fleet."""
    LEAVE = "leave"
    """Whose driver they are."""


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
    NextStep.WAIT: (
        waiting_notices.OfferNotBooked,
        waiting_notices.OfferNotTaken,
        waiting_notices.OfferTakenBack,
    ),
    NextStep.READ: (money_notices.DocumentIssued,),
    NextStep.SECURE: (
        signing_in_notices.AddressAdded,
        signing_in_notices.AddressRemoved,
        signing_in_notices.ErasureAsked,
        signing_in_notices.PasskeyAdded,
        signing_in_notices.PasskeyCopySeen,
    ),
    NextStep.ENDPOINTS: (
        signing_in_notices.EndpointAdded,
        signing_in_notices.EndpointChanged,
        signing_in_notices.EndpointSecretChanged,
    ),
    NextStep.LEAVE: (signing_in_notices.EnteredByFleet,),
}
_BY_CODE = {code_of(kind): step for step, kinds in _OTHERWISE.items() for kind in kinds}
_OF_OFFERS = frozenset({code_of(kind) for kind in (waiting_notices.PlaceOffered, *_OTHERWISE[NextStep.WAIT])})


def next_step(code: str) -> NextStep:
    """After the notice of that code."""
    return _BY_CODE.get(code, NextStep.LOOK)


def is_about_offer(code: str) -> bool:
    """Is what a notice of that code is about no reservation, but what a waiting list offered?"""
    return code in _OF_OFFERS
