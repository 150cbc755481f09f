"""Another place instead of the booked one: when its driver is asked first, until when, and when that is over."""

from datetime import datetime, timedelta

from domain.causes import Cause
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.reservation.remembered import Proposal
from domain.terms.policy import Policy

SHORTEST_TO_ANSWER = timedelta(minutes=5)
"""Whom a message reaches later than this before the answer is due has not been asked."""
_NOT_THERE = (State.CONFIRMED, State.LOCKED)
_COMES = (ChargerEventKind.TOKEN_PRESENTED, ChargerEventKind.TRANSACTION_STARTED)


def answer_due(slot: Slot, policy: Policy, at: Slot | None = None) -> datetime:
    """`at`: the other time that is asked about; the earlier of the two has to be known by then."""
    first = slot.start if at is None else min(slot.start, at.start)
    return first - policy.ask_before_other_site


def first_time_to_ask_about(policy: Policy, now: datetime) -> datetime:
    """No other time begins earlier that is asked about: nobody could answer in time."""
    return now + SHORTEST_TO_ANSWER + policy.ask_before_other_site


def is_asked_first(progress: Progress, policy: Policy, now: datetime) -> bool:
    """Who stands at the charger is helped at once."""
    due = answer_due(progress.slot, policy)
    return progress.state in _NOT_THERE and now + SHORTEST_TO_ANSWER <= due


def is_answered_too_late(proposal: Proposal, owed: Slot, now: datetime) -> bool:
    """Is a yes worth nothing any more: has the other time begun, or is hardly anything left of what is held?

    `owed`: what is left at their own time.
    """
    if proposal.at is not None:
        return now >= proposal.at.start
    return owed.end > proposal.slot.end


def is_moot(progress: Progress) -> bool:
    """Is there nothing to be answered any more: the place works again, is not closed after all, is used, or was
    promised for another time?
    """
    proposal = progress.proposal
    if proposal is None:
        return False
    mended = proposal.troubled and progress.trouble is None
    opened = proposal.cause is Cause.MAINTENANCE and progress.maintenance is None
    return mended or opened or progress.is_plugged_in or progress.slot != proposal.slot


def goes_there(event: ChargerEvent, progress: Progress) -> bool:
    """The driver is at the proposed charger: that is a yes, but for another time."""
    proposal = progress.proposal
    at_it = proposal is not None and proposal.at is None and event.charger_id == proposal.place.charger_id
    return at_it and event.kind in _COMES and bool(event.matches_driver)
