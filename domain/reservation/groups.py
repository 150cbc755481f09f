"""Groups: bays that were asked for as one, and how they come to their end together or one by one."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from domain.reservation.lifecycle import State


class GroupMode(StrEnum):
    TOGETHER = "together"
    """All of its bays, or none."""
    AS_MANY_AS_POSSIBLE = "as_many_as_possible"


class GroupState(StrEnum):
    OPEN = "open"
    """Reservations are being made of its holds."""
    ANSWERED = "answered"
    """Together or not at all, and each said yes; not all are paid for."""
    BOOKED = "booked"
    """Each stands by itself."""
    UNDOING = "undoing"
    """One came to nothing; written before others are cancelled."""
    UNDONE = "undone"


BEFORE: dict[GroupState, frozenset[GroupState]] = {
    GroupState.OPEN: frozenset(),
    GroupState.ANSWERED: frozenset({GroupState.OPEN}),
    GroupState.BOOKED: frozenset({GroupState.OPEN, GroupState.ANSWERED}),
    GroupState.UNDOING: frozenset({GroupState.OPEN, GroupState.ANSWERED, GroupState.BOOKED}),
    GroupState.UNDONE: frozenset(
        {GroupState.OPEN, GroupState.ANSWERED, GroupState.BOOKED, GroupState.UNDOING}
    ),
}
"""By the state that follows."""
UNFINISHED = (GroupState.OPEN, GroupState.UNDOING)
"""Its bays were given, and nobody has said yet what came of it."""
GIVEN_UP = (GroupState.UNDOING, GroupState.UNDONE)

UNPAID = frozenset({State.REQUESTED, State.AWAITING_PAYMENT})
CAME_TO_NOTHING = frozenset({State.DECLINED, State.EXPIRED, State.UNFULFILLED})
"""Without anybody having cancelled it."""
NOT_BEGUN = frozenset(
    {State.REQUESTED, State.AWAITING_PAYMENT, State.CONFIRMED, State.LOCKED, State.REROUTING}
)
"""Whose driver is not there yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNow:
    """`given`: how many were given a bay. `states`: of those of which anything was published, one each. `is_owed`:
    nothing is held of one that is confirmed, which may still come to nothing. `is_new`: answered only just now.
    """

    mode: GroupMode
    state: GroupState
    given: int
    states: Collection[State]
    is_owed: bool
    is_new: bool


def next_state(group: GroupNow) -> GroupState:
    """Of one that is OPEN, ANSWERED or UNDOING, after whoever asked for it has had their time.

    A hold that nothing became of is the reconciler's to give back where there may be fewer.
    """
    found = set(group.states)
    undecided, is_open = State.REQUESTED in found, group.state is GroupState.OPEN
    if group.state is GroupState.UNDOING:
        return group.state
    if group.mode is not GroupMode.TOGETHER:
        return group.state if undecided else GroupState.BOOKED
    if CAME_TO_NOTHING & found and not (is_open and undecided):
        return GroupState.UNDOING
    if len(group.states) < group.given:
        # Where all have answered, what they are is only not written down yet.
        return GroupState.UNDOING if is_open and not undecided else group.state
    if undecided:
        return group.state
    waits = group.is_new or group.is_owed or UNPAID & found
    return GroupState.ANSWERED if waits else GroupState.BOOKED
