"""Which actions are possible now, and why another one is not."""

from datetime import datetime

from domain.errors import DomainError, NotPossibleNow, ReservationPending
from domain.facts import refused_actions as why
from domain.facts.refused_for_now import BeingDecided
from domain.reservation.actions.action import Action
from domain.reservation.actions.messages import Message
from domain.reservation.actions.table import ACTIONS
from domain.reservation.lifecycle import Course
from domain.reservation.progress import Progress
from domain.terms.policy import Policy


def possible_actions(progress: Progress, policy: Policy | None, now: datetime) -> tuple[Action, ...]:
    """The actions that `require` lets pass at `now` (aware UTC), the driver's first."""
    return tuple(action for action in ACTIONS if refusal(action, progress, policy, now) is None)


def require(
    action: Action, progress: Progress, policy: Policy | None, now: datetime, message: Message | None = None
) -> None:
    """Return when `action` is possible at `now` (aware UTC), and `message` is about what there is now. `policy`: None
    while no terms have been accepted.

    Raises ReservationPending, NotPossibleNow, ExtensionUsed, OutsideArrivalWindow, ProposalSuperseded or BayChanged
    with a sentence that says what to do instead.
    """
    refused = refusal(action, progress, policy, now)
    if refused is None and action.meant is not None and message is not None:
        refused = action.meant(message, progress)
    if refused is not None:
        raise refused


def refusal(action: Action, progress: Progress, policy: Policy | None, now: datetime) -> DomainError | None:
    """Why the action is not possible now; None when it is."""
    if progress.course.is_closed:
        return NotPossibleNow(why.Over(state=progress.state))
    ending = progress.course is Course.ENDING and not action.while_ending
    if progress.course is Course.COLLECTING or ending:
        return NotPossibleNow(why.BeingSettled())
    if policy is not None:
        return action.rule(progress, policy, now)
    if action.before_terms is not None:
        return action.before_terms(progress)
    if progress.is_over:
        return NotPossibleNow(why.Over(state=progress.state))
    return ReservationPending(BeingDecided())
