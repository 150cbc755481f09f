"""When ReserveNow is pushed to the charger, and when a charger that keeps losing its hold is left alone.

Pushed
- at the lock, `policy.lock_lead` (15 minutes) before the slot;
- when 'on my way' makes grace longer after the lock: the same hold with a later expiry;
- at the new charger of a reroute, if the slot would be locked by now (`rerouting.is_locked_at_once`).
Not pushed for a driver who came before the lock, or late.
Nothing is sent to a charger that is not connected or cannot hold; the promise is then what the backend can keep.
Pushed again, at most RE_PUSHES (5) times at one connector, and while the driver is awaited (`is_wanted`)
- when the hold is lost: removed or expired, as the charger says, or missing from what it shows; or consumed by the
  driver's card when no transaction followed;
- after a boot, which forgets holds;
- when the charger is connected again and no hold of ours stands there;
- when whoever kept the connector from being held has left (vacated);
- when it shows Available although no hold of ours stands there (doubted);
- when it was answered Faulted or Unavailable, and half a minute later the connector shows itself well (once).
After that the backend's gate alone keeps strangers out, and a hard promise becomes `backend`.
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
