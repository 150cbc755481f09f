"""The life of a hold on a driver's card: when it is placed, renewed before it lapses, and tried again.

A hold is needed until the slot's end and MARGIN more: stays run over, and evidence comes late. One that lapses before
is renewed RENEW_BEFORE it does (sooner, where the whole hold is short). When the provider cannot be reached it is asked
again after RETRY; a driver whom the bank wants to see has until `answer_due`.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from domain.reservation.lifecycle import HOLDING, DepositState, State
from domain.reservation.remembered import Remembered
from domain.terms.policy import Policy

MARGIN = timedelta(hours=6)
RENEW_BEFORE = timedelta(hours=3)
RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
DEPOSIT = "deposit"
"""The step of the first authorisation; renewed it is `deposit-2`, and so on. Part of durable keys."""
FEE = "fee"
"""The same of a fee that is taken at booking; with another card, `fee-2`."""


class AskedAs(StrEnum):
    """Who is there when an authorisation is asked for."""

    BOOKED = "booked"
    """The driver, with the card of the booking or with none yet."""
    ABSENT = "absent"
    """Nobody: the saved card is tried."""
    PRESENT = "present"
    """The driver, who was told to: with whatever card they like."""


def deposit_step(number: int) -> str:
    """Of the how-manieth authorisation, from 1."""
    return _numbered(DEPOSIT, number)


def fee_step(number: int) -> str:
    """Of the how-manieth attempt to take the fee, from 1; each with another card."""
    return _numbered(FEE, number)


def is_deposit(step: str) -> bool:
    """Is that a step of an authorisation that stands for the deposit?"""
    return step == DEPOSIT or step.startswith(f"{DEPOSIT}-")


def is_fee(step: str) -> bool:
    """Is that a step of a fee that is taken at booking?"""
    return step == FEE or step.startswith(f"{FEE}-")


def _numbered(step: str, number: int) -> str:
    return step if number <= 1 else f"{step}-{number}"


def needed_until(slot_end: datetime) -> datetime:
    """So long what is held has to be there (aware UTC)."""
    return slot_end + MARGIN


_BOOKED = HOLDING - {State.AWAITING_PAYMENT, State.REROUTING}


def authorisation_due(progress: Remembered, policy: Policy) -> datetime | None:
    """When the card is authorised, for the first time or anew; None: nothing is to be done about it."""
    if progress.state not in _BOOKED:
        return None
    match progress.deposit:
        case DepositState.CARD_SAVED | DepositState.LAPSED:
            due = progress.slot.start - policy.payments.authorise_ahead
            return max(due, progress.not_authorised_before or due)
        case DepositState.DEFERRED | DepositState.DECLINED:
            return progress.not_authorised_before or progress.slot.start
        case DepositState.AUTHORISED if progress.authorisation_lapses_at is None:
            return progress.not_authorised_before  # the event was believed: it is looked at
        case DepositState.AUTHORISED:
            renewed = _renewed_at(progress)
            return renewed and max(renewed, progress.not_authorised_before or renewed)
        case _:
            return None


def hold_change_due(progress: Remembered) -> datetime | None:
    """When what is held is made to suit a slot that was moved or extended; None: it does."""
    return progress.hold_changes_at if progress.state in _BOOKED else None


def lapses_before(progress: Remembered) -> bool:
    """Is what is held given back before it is needed?"""
    lapses_at = progress.authorisation_lapses_at
    return lapses_at is not None and lapses_at < needed_until(progress.stay_ends)


def is_far(progress: Remembered, policy: Policy, now: datetime) -> bool:
    """Is it too early to hold anything? The slot was moved to a later day."""
    return progress.slot.start - policy.payments.authorise_ahead > now


def _renewed_at(progress: Remembered) -> datetime | None:
    """None: the hold lasts for as long as it is needed."""
    lapses_at, since = progress.authorisation_lapses_at, progress.authorised_at
    if lapses_at is None or since is None or not lapses_before(progress):
        return None
    return max(lapses_at - RENEW_BEFORE, since + (lapses_at - since) / 2)


def has_a_date(progress: Remembered) -> bool:
    """Is the driver, when they are asked, to answer by a date? Not who came, or was moved within their slot and may be
    there: what they do not confirm is taken at the end.
    """
    may_be_there = progress.left_at is not None and progress.left_at >= progress.slot.start
    return progress.state in (State.CONFIRMED, State.LOCKED) and not may_be_there


def tried_again_at(failures: int, now: datetime) -> datetime:
    """After so many failures in a row to reach the provider, from 1: a minute, then twice as long each time."""
    doubled: int = 2 ** min(failures - 1, 10)
    return now + min(RETRY * doubled, LONGEST_RETRY)


def answer_due(policy: Policy, slot_start: datetime, now: datetime) -> datetime:
    """Until when the driver may confirm to their bank: never less than at booking, and else not beyond the start."""
    return max(now + policy.payment_ttl, min(now + policy.payments.answer_within, slot_start))
