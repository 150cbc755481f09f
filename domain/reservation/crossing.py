"""A start and an end of the reservation that cross: the cable goes in at the moment in which `cancel` is posted."""

from datetime import datetime

from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.terms.policy import Policy

_WITHOUT_SERVICE = (State.CANCELLED, State.UNFULFILLED, State.NO_SHOW, State.EXPIRED)


def a_start_may_cross(progress: Progress, policy: Policy, now: datetime) -> bool:
    """Does a reservation end whose window was open, so that the gate may have let its driver in just now?"""
    opened = progress.slot.start - max(policy.early_start, policy.lock_lead)
    return progress.state in _WITHOUT_SERVICE and not progress.never_confirmed and opened <= now
