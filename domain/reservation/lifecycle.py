"""Reservation states and the only transitions there are.

Source: the life of a reservation in docs/ARCHITECTURE.md. An illegal transition raises, never silently.
"""

from enum import StrEnum

from domain.errors import IllegalTransition


class State(StrEnum):
    REQUESTED = "REQUESTED"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    CONFIRMED = "CONFIRMED"
    LOCKED = "LOCKED"
    ARRIVED = "ARRIVED"
    CHARGING = "CHARGING"
    OVERSTAYING = "OVERSTAYING"
    REROUTING = "REROUTING"
    SETTLING = "SETTLING"
    COMPLETED = "COMPLETED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"
    UNFULFILLED = "UNFULFILLED"


class Course(StrEnum):
    """How the work on a reservation stands, beside its state."""

    UNDER_WAY = "under_way"
    """Facts and deadlines move it."""
    PAUSED = "paused"
    """A step failed for good: time moves nothing until an operator resolves it."""
    ENDING = "ending"
    """The story is over; only money, and perhaps an operator, stands between it and closing."""
    COLLECTING = "collecting"
    """The payment provider did not answer at once: the money is settled, or given back, in the background."""
    CLOSED = "closed"

    @property
    def is_closed(self) -> bool:
        return self is Course.CLOSED


class DepositState(StrEnum):
    """How the deposit stands, or the fee that is taken at booking instead."""

    NONE_NEEDED = "none_needed"
    ASKED = "asked"
    """An authorisation was asked for; until something is heard, money may be held."""
    ACTION_REQUIRED = "action_required"
    """The driver has to pay, or to confirm it."""
    AUTHORISED = "authorised"
    CARD_SAVED = "card_saved"
    """Nothing is held yet: the card is authorised near the start."""
    DEFERRED = "deferred"
    """Accepted while the provider could not be reached; it is asked until it answers. Money may be held."""
    LAPSED = "lapsed"
    """It was authorised; the hold ran out, or the provider gave it back. It is placed anew."""
    DECLINED = "declined"
    TAKEN = "taken"
    """The fee, at booking: what of it is not due in the end is given back."""
    CAPTURED = "captured"
    """Some of it or all."""
    RELEASED = "released"

    @property
    def may_be_held(self) -> bool:
        """Must it still be captured, settled or given back?"""
        return bool(DEPOSITS[self]) and self is not DepositState.NONE_NEEDED


TRANSITIONS: dict[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.AWAITING_PAYMENT, State.CONFIRMED, State.DECLINED}),
    State.AWAITING_PAYMENT: frozenset({State.CONFIRMED, State.EXPIRED, State.CANCELLED}),
    # EXPIRED: the bank wanted the driver near the start, who did not confirm in time.
    State.CONFIRMED: frozenset(
        {State.LOCKED, State.ARRIVED, State.REROUTING, State.CANCELLED, State.EXPIRED}
    ),
    State.LOCKED: frozenset(
        {State.CONFIRMED, State.ARRIVED, State.NO_SHOW, State.REROUTING, State.CANCELLED, State.EXPIRED}
    ),
    State.ARRIVED: frozenset(
        # Kept from charging until the slot's end, too late to be moved.
        {State.CHARGING, State.REROUTING, State.SETTLING, State.CANCELLED, State.UNFULFILLED}
    ),
    State.CHARGING: frozenset({State.OVERSTAYING, State.REROUTING, State.SETTLING, State.CANCELLED}),
    State.OVERSTAYING: frozenset({State.CHARGING, State.SETTLING, State.CANCELLED}),
    State.REROUTING: frozenset(
        {
            State.CONFIRMED,
            State.LOCKED,
            # Back to where it was, when the trouble has cleared or a reassignment found no place.
            State.ARRIVED,
            State.CHARGING,
            State.UNFULFILLED,
            # By an operator, when a step failed after the new connector was taken.
            State.CANCELLED,
        }
    ),
    State.SETTLING: frozenset({State.COMPLETED}),
    # The slot was given up but the driver may still come: welcome while a connector is free.
    State.NO_SHOW: frozenset({State.ARRIVED}),
    State.COMPLETED: frozenset(),
    State.DECLINED: frozenset(),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
    State.UNFULFILLED: frozenset(),
}

COURSES: dict[Course, frozenset[Course]] = {
    Course.UNDER_WAY: frozenset({Course.PAUSED, Course.ENDING, Course.CLOSED}),
    Course.PAUSED: frozenset({Course.UNDER_WAY, Course.ENDING}),
    Course.ENDING: frozenset({Course.COLLECTING, Course.CLOSED}),
    Course.COLLECTING: frozenset({Course.ENDING, Course.CLOSED}),
    # Closing has to be published; while it is not, the reservation waits for an operator.
    Course.CLOSED: frozenset({Course.ENDING}),
}

_HEARD = frozenset(
    {
        DepositState.ACTION_REQUIRED,
        DepositState.AUTHORISED,
        DepositState.CARD_SAVED,
        DepositState.DEFERRED,
        DepositState.LAPSED,
        DepositState.DECLINED,
        DepositState.TAKEN,
    }
)
_SETTLED = frozenset({DepositState.CAPTURED, DepositState.RELEASED})
DEPOSITS: dict[DepositState, frozenset[DepositState]] = {
    DepositState.NONE_NEEDED: frozenset({DepositState.ASKED}),
    DepositState.ASKED: _HEARD | _SETTLED,
    # A declined card may be followed by another one on the same intent, and what is heard comes in any order.
    DepositState.ACTION_REQUIRED: _HEARD | _SETTLED,
    DepositState.AUTHORISED: _HEARD | _SETTLED,
    DepositState.CARD_SAVED: _HEARD | _SETTLED,
    DepositState.DEFERRED: _HEARD | _SETTLED,
    DepositState.LAPSED: _HEARD | _SETTLED,
    DepositState.DECLINED: _HEARD | _SETTLED,
    DepositState.TAKEN: _HEARD | _SETTLED,
    DepositState.CAPTURED: frozenset(),
    DepositState.RELEASED: frozenset(),
}

HOLDING = frozenset(
    {
        State.AWAITING_PAYMENT,
        State.CONFIRMED,
        State.LOCKED,
        State.ARRIVED,
        State.CHARGING,
        State.OVERSTAYING,
        State.REROUTING,
    }
)
"""States in which the reservation owns a connector's time."""

FINAL = frozenset(
    {
        State.COMPLETED,
        State.DECLINED,
        State.EXPIRED,
        State.CANCELLED,
        State.NO_SHOW,
        State.UNFULFILLED,
    }
)
"""States a closed reservation may be in. NO_SHOW is final once the late-arrival window has passed."""

PLUGGED_IN = (State.CHARGING, State.OVERSTAYING)
THERE = (State.ARRIVED, *PLUGGED_IN)
"""Its driver stands at the bay."""
"""States of a session, from its start until the driver has left."""

REROUTABLE = frozenset({State.CONFIRMED, State.LOCKED, State.ARRIVED, State.CHARGING})


def transition(current: State, target: State) -> State:
    """Return `target`, or raise IllegalTransition when the table has no such edge."""
    if target not in TRANSITIONS[current]:
        raise IllegalTransition(f"a reservation cannot go from {current} to {target}")
    return target


def course_to(current: Course, target: Course) -> Course:
    """Return `target`, which may be where it is already, or raise IllegalTransition."""
    if target is not current and target not in COURSES[current]:
        raise IllegalTransition(f"the work on a reservation cannot go from {current} to {target}")
    return target


def deposit_to(current: DepositState, target: DepositState) -> DepositState:
    """Return `target`, which may be what it is already, or raise IllegalTransition."""
    if target is not current and target not in DEPOSITS[current]:
        raise IllegalTransition(f"a deposit cannot go from {current} to {target}")
    return target
