"""When ReserveNow is pushed to the charger, and when a charger that keeps losing its hold is left alone.

Pushed at the lock, when grace gets longer, and again when the hold is lost, doubted or forgotten (`signs`).
"""

from datetime import datetime

from domain.charging.enforcement import EnforcementLevel
from domain.charging.events import HoldLoss
from domain.facts.timeline import PushReason
from domain.reservation.grace import arrival_by
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.terms.policy import Policy

RE_PUSHES = 5
"""A charger that keeps losing its hold is left to the backend's gate after so many pushes."""

_LOST = {
    HoldLoss.EXPIRED: PushReason.HOLD_EXPIRED,
    HoldLoss.MISSING: PushReason.HOLD_MISSING,
    HoldLoss.NO_TRANSACTION: PushReason.NO_TRANSACTION,
}


def is_wanted(progress: Progress, policy: Policy, now: datetime) -> bool:
    """Until the driver has come, or came and did not start; at its end the grace period is our own timer's."""
    locked = progress.state is State.LOCKED
    came = progress.came_without_starting and progress.state is State.ARRIVED
    return (locked or came) and now < arrival_by(progress, policy)


def may_push_again(progress: Progress) -> bool:
    return progress.device.pushed_again < RE_PUSHES


def is_lost_while_away(progress: Progress) -> bool:
    """Of a charger that is connected again: a hold that it took before is not pushed anew."""
    return not progress.device.held


def something_was_promised(progress: Progress) -> bool:
    """Is there anything to take back when the charger's hold is given up?"""
    return progress.device.held or progress.enforcement is EnforcementLevel.HARD


def reason_of_loss(detail: str) -> PushReason:
    """`detail`: of the event; a word that we do not know counts as removed."""
    return next((reason for loss, reason in _LOST.items() if loss == detail), PushReason.HOLD_REMOVED)
