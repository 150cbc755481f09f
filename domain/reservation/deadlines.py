"""The next instant at which time alone changes a reservation. Pure: the workflow turns it into one timer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.causes import Cause
from domain.charging.trouble import Trouble
from domain.reservation.authorisation import authorisation_due, hold_change_due
from domain.reservation.grace import arrival_by
from domain.reservation.lifecycle import REROUTABLE, Course, State
from domain.reservation.progress import Progress
from domain.reservation.signs import STARTS_A_SESSION
from domain.terms.policy import Policy


class DeadlineKind(StrEnum):
    PAYMENT_EXPIRES = "payment_expires"
    AUTHORISE_DUE = "authorise_due"
    PAYMENT_ANSWER_DUE = "payment_answer_due"
    LOCK_DUE = "lock_due"
    STILL_OCCUPIED = "still_occupied"
    GRACE_ENDS = "grace_ends"
    LATE_WINDOW_ENDS = "late_window_ends"
    FAULT_CONFIRMED = "fault_confirmed"
    OFFLINE_CONFIRMED = "offline_confirmed"
    MAINTENANCE_MOVES = "maintenance_moves"
    MOVE_ANSWER_DUE = "move_answer_due"
    TIME_ANSWER_DUE = "time_answer_due"
    SLOT_ENDING_SOON = "slot_ending_soon"
    SLOT_ENDS = "slot_ends"
    DEPARTURE_ASSUMED = "departure_assumed"
    SESSION_OVERDUE = "session_overdue"


@dataclass(frozen=True, slots=True)
class Deadline:
    kind: DeadlineKind
    at: datetime


HEAR_FIRST = frozenset(
    {
        DeadlineKind.PAYMENT_EXPIRES,
        DeadlineKind.PAYMENT_ANSWER_DUE,
        DeadlineKind.FAULT_CONFIRMED,
        DeadlineKind.OFFLINE_CONFIRMED,
        DeadlineKind.MOVE_ANSWER_DUE,
        DeadlineKind.TIME_ANSWER_DUE,
        DeadlineKind.STILL_OCCUPIED,
        DeadlineKind.GRACE_ENDS,
        DeadlineKind.SLOT_ENDS,
        DeadlineKind.DEPARTURE_ASSUMED,
        DeadlineKind.LATE_WINDOW_ENDS,
    }
)
"""They cost somebody money, or move a driver: what was reported before them is heard first."""


READINGS_COME = 10
"""Times `policy.fault_debounce` (five minutes): readings come each minute (`domain.charging.recommended`)."""
_NOT_COME = frozenset(
    {
        DeadlineKind.GRACE_ENDS,
        DeadlineKind.SLOT_ENDS,
        DeadlineKind.LATE_WINDOW_ENDS,
        DeadlineKind.PAYMENT_ANSWER_DUE,
    }
)
_LOOKED_FOR = _NOT_COME | {
    DeadlineKind.FAULT_CONFIRMED,
    DeadlineKind.OFFLINE_CONFIRMED,
    DeadlineKind.MOVE_ANSWER_DUE,
    DeadlineKind.TIME_ANSWER_DUE,
    DeadlineKind.STILL_OCCUPIED,
}


def is_looked_for_first(kind: DeadlineKind, progress: Progress) -> bool:
    """Is a driver looked for who may be charging somewhere at the site, before they are moved or given up?"""
    if kind is DeadlineKind.DEPARTURE_ASSUMED:
        return (
            progress.presumed_gone_at is not None
        )  # nobody told the end: they may go on at another connector
    return kind in _LOOKED_FOR and progress.state in STARTS_A_SESSION


def is_last_chance(kind: DeadlineKind) -> bool:
    """Does also count that they charged, and left again? Of who is only moved it does not: they may come back."""
    return kind in _NOT_COME


def deadlines(progress: Progress, policy: Policy) -> tuple[Deadline, ...]:
    """All deadlines of the present state, soonest first; of those at one instant, trouble comes last.

    None while an operator is waited for, or when only money is left to do. While the driver is asked whether to move,
    time moves nothing but that, and what is due of the payment: the place is neither locked nor given up.
    """
    if progress.course is not Course.UNDER_WAY:
        return ()
    if progress.proposal is not None:
        # Who is there already is not kept waiting.
        due = min(progress.proposal.answer_by, progress.arrived_at or progress.proposal.answer_by)
        is_move = progress.proposal.at is None
        asked = Deadline(DeadlineKind.MOVE_ANSWER_DUE if is_move else DeadlineKind.TIME_ANSWER_DUE, due)
        if progress.proposal.cause is not Cause.MAINTENANCE:
            return (asked,)
        # Who is asked days ahead: their card is authorised, renewed and asked about all the same.
        return tuple(sorted([asked, *_of_payment(progress, policy)], key=lambda d: d.at))
    found = _of_state(progress, policy) + _of_payment(progress, policy) + _of_trouble(progress, policy)
    if progress.is_closed_by_plan and progress.maintenance_heard_at is not None:
        found.append(Deadline(DeadlineKind.MAINTENANCE_MOVES, progress.maintenance_heard_at))
    return tuple(sorted(found, key=lambda d: d.at))


def next_deadline(progress: Progress, policy: Policy) -> Deadline | None:
    """The earliest deadline of the present state, or None when only a fact can move it."""
    return next(iter(deadlines(progress, policy)), None)


def _of_state(progress: Progress, policy: Policy) -> list[Deadline]:
    slot = progress.slot
    match progress.state:
        case State.AWAITING_PAYMENT if progress.payment_due_at:
            return [Deadline(DeadlineKind.PAYMENT_EXPIRES, progress.payment_due_at)]
        case State.CONFIRMED:
            return [Deadline(DeadlineKind.LOCK_DUE, _lock_due(progress, policy))]
        case State.LOCKED:
            found = [Deadline(DeadlineKind.GRACE_ENDS, arrival_by(progress, policy))]
            if progress.contested:
                found.append(Deadline(DeadlineKind.STILL_OCCUPIED, _free_by(progress, policy)))
            return found
        case State.ARRIVED:
            found = [Deadline(DeadlineKind.SLOT_ENDS, slot.end)]
            if progress.contested:
                found.append(Deadline(DeadlineKind.STILL_OCCUPIED, _free_by(progress, policy)))
            if progress.there_since_before and progress.presumed_gone_at is not None:
                found.append(Deadline(DeadlineKind.DEPARTURE_ASSUMED, progress.presumed_gone_at))
            return found
        case State.CHARGING | State.OVERSTAYING:
            return _of_session(progress, policy)
        case State.NO_SHOW:
            return [Deadline(DeadlineKind.LATE_WINDOW_ENDS, slot.end)]
        case _:
            return []


def _of_payment(progress: Progress, policy: Policy) -> list[Deadline]:
    """After the booking. Who has come is not sent away: what they do not confirm is taken at the end."""
    found = []
    due = [at for at in (authorisation_due(progress, policy), hold_change_due(progress)) if at is not None]
    if due:
        found.append(Deadline(DeadlineKind.AUTHORISE_DUE, min(due)))
    if progress.payment_due_at is not None and progress.state in (State.CONFIRMED, State.LOCKED):
        found.append(Deadline(DeadlineKind.PAYMENT_ANSWER_DUE, progress.payment_due_at))
    return found


def may_be_a_flicker(progress: Progress, policy: Policy, now: datetime) -> bool:
    """Has the connector been broken for so short a time, since we know, that nobody is moved for it yet?"""
    until = _flickers_until(progress, policy)
    return until is not None and now < until


def _lock_due(progress: Progress, policy: Policy) -> datetime:
    """A connector that has just broken is fixed once it works again, or its trouble is confirmed."""
    due, until = progress.slot.start - policy.lock_lead, _flickers_until(progress, policy)
    return due if until is None else max(due, until)


def _flickers_until(progress: Progress, policy: Policy) -> datetime | None:
    """When what has broken moves its driver; at the latest at the start, by which a place has to be fixed."""
    confirmed = _confirmed(progress, policy)
    return None if confirmed is None else min(confirmed, progress.slot.start)


def _of_session(progress: Progress, policy: Policy) -> list[Deadline]:
    ends = progress.stay_ends
    found = []
    if progress.transaction_ended_at and not progress.cable_left_in:
        gone_at = _gone_at(progress, progress.transaction_ended_at, policy)
        found.append(Deadline(DeadlineKind.DEPARTURE_ASSUMED, gone_at))
    if progress.state is State.CHARGING and not progress.end_of_slot_handled:
        if not progress.warned_of_end and policy.warn_before_end:
            found.append(Deadline(DeadlineKind.SLOT_ENDING_SOON, ends - policy.warn_before_end))
        found.append(Deadline(DeadlineKind.SLOT_ENDS, ends))
    if not progress.overdue_announced:
        # A charger that fell silent, or a bay that stays blocked, must not keep a reservation open unseen.
        found.append(Deadline(DeadlineKind.SESSION_OVERDUE, ends + policy.session_patience))
    return found


def _gone_at(progress: Progress, ended_at: datetime, policy: Policy) -> datetime:
    """Nobody has shown that they left. Who was cut short has the time of grace, once the charger can serve them again.

    Where it cannot, its trouble moves them before that.
    """
    soon = ended_at + policy.departure_wait
    if progress.presumed_gone_at is not None or not progress.cut_short:
        return progress.presumed_gone_at or soon
    since = progress.served_again_from
    return max(soon, progress.slot.end if since is None else presumed_gone(progress, policy, since))


def presumed_gone(progress: Progress, policy: Policy, now: datetime) -> datetime:
    """After an end that nobody told: a driver whose power failed has the time of grace to begin again, in the slot; and
    never less than they had to arrive.
    """
    return max(now, arrival_by(progress, policy), min(now + policy.grace, progress.slot.end))


def _of_trouble(progress: Progress, policy: Policy) -> list[Deadline]:
    # What breaks after the driver has charged moves nobody.
    if progress.state not in REROUTABLE or not progress.needs_working_connector:
        return []
    # Days before the slot a charger may still be repaired in time: its trouble matters from the watch on.
    watch = progress.slot.start - policy.fault_watch
    found = []
    silent = progress.silence_noticed_at
    confirmed = _confirmed(progress, policy)
    if confirmed is not None:
        found.append(Deadline(DeadlineKind.FAULT_CONFIRMED, max(confirmed, watch)))
    if silent is not None and not (progress.may_charge_on and progress.silence_told):
        given_up = max(silent + _patience_offline(progress, policy), watch)
        found.append(Deadline(DeadlineKind.OFFLINE_CONFIRMED, given_up))
    return found


def _confirmed(progress: Progress, policy: Policy) -> datetime | None:
    """When the first of what is broken has lasted for long enough."""
    faults = progress.standing_faults
    return min((one.noticed_at + _patience_broken(progress, one, policy) for one in faults), default=None)


def _patience_broken(progress: Progress, fault: Trouble, policy: Policy) -> timedelta:
    """A fault of the whole charger (a card reader, a modem) may stop nobody: readings have time to disprove it."""
    doubtful = fault.connector_number is None and progress.may_charge_on
    return policy.fault_debounce * (READINGS_COME if doubtful else 1)


def _patience_offline(progress: Progress, policy: Policy) -> timedelta:
    """A charger that loses its network goes on charging: who charges is told much later, and stays."""
    return policy.offline_debounce_while_charging if progress.may_charge_on else policy.offline_debounce


def _free_by(progress: Progress, policy: Policy) -> datetime:
    since = progress.contest.since if progress.contest else None
    return max(progress.slot.start, since + policy.stranger_patience) if since else progress.slot.start
