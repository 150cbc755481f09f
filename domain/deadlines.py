"""The next instant at which time alone changes a reservation. Pure: the workflow turns it into one timer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.lifecycle import State
from domain.policy import Policy
from domain.reservation import Progress


class DeadlineKind(StrEnum):
    PAYMENT_EXPIRES = "payment_expires"
    LOCK_DUE = "lock_due"
    STILL_OCCUPIED = "still_occupied"
    GRACE_ENDS = "grace_ends"
    LATE_WINDOW_ENDS = "late_window_ends"
    FAULT_CONFIRMED = "fault_confirmed"
    OFFLINE_CONFIRMED = "offline_confirmed"
    SLOT_ENDING_SOON = "slot_ending_soon"
    SLOT_ENDS = "slot_ends"
    DEPARTURE_ASSUMED = "departure_assumed"


@dataclass(frozen=True, slots=True)
class Deadline:
    kind: DeadlineKind
    at: datetime

    def sentence(self, site_zone: str) -> str:
        """For the timeline of the Temporal UI, in the site's local time: `Grace period ends 14:15, then no-show fee`."""
        clock = self.at.astimezone(ZoneInfo(site_zone)).strftime("%H:%M:%S").removesuffix(":00")
        return _SENTENCES[self.kind].format(clock)


_SENTENCES = {
    DeadlineKind.PAYMENT_EXPIRES: "Payment due by {}, then the hold is released",
    DeadlineKind.LOCK_DUE: "Connector is locked at {}",
    DeadlineKind.STILL_OCCUPIED: "Connector must be free by {}, or the driver is moved",
    DeadlineKind.GRACE_ENDS: "Grace period ends {}, then no-show fee",
    DeadlineKind.LATE_WINDOW_ENDS: "Late arrival is welcome until {}",
    DeadlineKind.FAULT_CONFIRMED: "Fault is believed at {}, then the driver is moved",
    DeadlineKind.OFFLINE_CONFIRMED: "Charger is given up at {}, then the driver is moved",
    DeadlineKind.SLOT_ENDING_SOON: "Driver is warned at {} that the slot is ending",
    DeadlineKind.SLOT_ENDS: "Slot ends {}",
    DeadlineKind.DEPARTURE_ASSUMED: "Departure is assumed at {}, then settlement",
}


def unextended_arrival_by(progress: Progress, policy: Policy) -> datetime:
    """End of the grace period had the driver announced nothing: start + grace, later after a reroute."""
    ordinary = progress.slot.start + policy.grace
    return min(max(ordinary, progress.reroute_grace_until or ordinary), progress.slot.end)


def arrival_by(progress: Progress, policy: Policy) -> datetime:
    """End of the grace period: later by the one ETA extension or after a reroute, never after the slot's end.

    An extension counts from the present start: after a reschedule an old one grants no more than the policy does.
    """
    unextended = unextended_arrival_by(progress, policy)
    latest = min(unextended + policy.eta_extension, progress.slot.end)
    return max(unextended, min(progress.eta_extension_until or unextended, latest))


def next_deadline(progress: Progress, policy: Policy) -> Deadline | None:
    """The earliest deadline of the present state, or None when only a fact can move it."""
    deadlines = _of_state(progress, policy) + _of_trouble(progress, policy)
    return min(deadlines, key=lambda d: d.at, default=None)


def _of_state(progress: Progress, policy: Policy) -> list[Deadline]:
    slot = progress.slot
    match progress.state:
        case State.AWAITING_PAYMENT if progress.payment_due_at:
            return [Deadline(DeadlineKind.PAYMENT_EXPIRES, progress.payment_due_at)]
        case State.CONFIRMED:
            return [Deadline(DeadlineKind.LOCK_DUE, slot.start - policy.lock_lead)]
        case State.LOCKED:
            deadlines = [Deadline(DeadlineKind.GRACE_ENDS, arrival_by(progress, policy))]
            if progress.contested:
                deadlines.append(Deadline(DeadlineKind.STILL_OCCUPIED, slot.start))
            return deadlines
        case State.ARRIVED:
            return [Deadline(DeadlineKind.SLOT_ENDS, slot.end)]
        case State.CHARGING | State.OVERSTAYING:
            return _of_session(progress, policy)
        case State.NO_SHOW:
            return [Deadline(DeadlineKind.LATE_WINDOW_ENDS, slot.end)]
        case _:
            return []


def _of_session(progress: Progress, policy: Policy) -> list[Deadline]:
    slot = progress.slot
    deadlines = []
    if progress.transaction_ended_at and not progress.cable_left_in:
        deadlines.append(
            Deadline(DeadlineKind.DEPARTURE_ASSUMED, progress.transaction_ended_at + policy.departure_wait)
        )
    if progress.state is State.CHARGING and not progress.end_of_slot_handled:
        if not progress.warned_of_end and policy.warn_before_end:
            deadlines.append(Deadline(DeadlineKind.SLOT_ENDING_SOON, slot.end - policy.warn_before_end))
        deadlines.append(Deadline(DeadlineKind.SLOT_ENDS, slot.end))
    return deadlines


def _of_trouble(progress: Progress, policy: Policy) -> list[Deadline]:
    if progress.state not in (State.CONFIRMED, State.LOCKED, State.ARRIVED, State.CHARGING):
        return []
    deadlines = []
    if progress.fault_since:
        deadlines.append(Deadline(DeadlineKind.FAULT_CONFIRMED, progress.fault_since + policy.fault_debounce))
    if progress.offline_since:
        deadlines.append(
            Deadline(DeadlineKind.OFFLINE_CONFIRMED, progress.offline_since + policy.offline_debounce)
        )
    return deadlines
