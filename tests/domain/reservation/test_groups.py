"""How groups come to their end: forward only, undone only where something came to nothing, and never while in doubt."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reservation.groups import (
    BEFORE,
    CAME_TO_NOTHING,
    NOT_BEGUN,
    UNFINISHED,
    UNPAID,
    GroupMode,
    GroupNow,
    GroupState,
    next_state,
)
from domain.reservation.lifecycle import State

LOOKED_AT = (*UNFINISHED, GroupState.ANSWERED)
STATES = st.lists(st.sampled_from(State), max_size=4).map(tuple)


@st.composite
def groups(draw: st.DrawFn) -> GroupNow:
    """As they may be found."""
    mode, states = draw(st.sampled_from(GroupMode)), draw(STATES)
    together = mode is GroupMode.TOGETHER
    return GroupNow(
        mode=mode,
        state=draw(st.sampled_from(LOOKED_AT)) if together else GroupState.OPEN,
        given=len(states) + draw(st.integers(0, 2)),
        states=states,
        is_owed=draw(st.booleans()),
        is_new=draw(st.booleans()),
    )


GROUPS = groups()


@given(GROUPS)
def test_it_goes_forward_or_stays(group: GroupNow) -> None:
    after = next_state(group)
    assert after is group.state or group.state in BEFORE[after]
    assert after is not GroupState.UNDONE, "that is for who has undone it"


@given(GROUPS)
def test_what_is_undoing_is_undone_whatever_is_published_then(group: GroupNow) -> None:
    assert next_state(replace(group, state=GroupState.UNDOING)) is GroupState.UNDOING


@given(GROUPS)
def test_only_what_comes_together_is_undone_and_only_where_a_bay_is_missing(group: GroupNow) -> None:
    if group.state is not GroupState.UNDOING and next_state(group) is GroupState.UNDOING:
        assert group.mode is GroupMode.TOGETHER
        assert CAME_TO_NOTHING & set(group.states) or len(group.states) < group.given


@given(GROUPS)
def test_none_stands_by_itself_before_all_are_there_and_paid_for(group: GroupNow) -> None:
    if next_state(group) is not GroupState.BOOKED:
        return
    assert State.REQUESTED not in group.states
    if group.mode is GroupMode.TOGETHER:
        assert len(group.states) == group.given
        assert not any((group.is_owed, group.is_new))
        assert not (UNPAID | CAME_TO_NOTHING) & set(group.states)


@given(GROUPS, st.sampled_from(sorted(CAME_TO_NOTHING)))
def test_what_was_answered_is_undone_by_any_bay_that_comes_to_nothing(group: GroupNow, lost: State) -> None:
    answered = replace(
        group,
        mode=GroupMode.TOGETHER,
        state=GroupState.ANSWERED,
        given=group.given + 1,
        states=(*group.states, lost),
    )
    assert next_state(answered) is GroupState.UNDOING


@given(STATES, st.integers(0, 2))
def test_as_many_as_possible_wait_for_the_undecided_alone(states: tuple[State, ...], missing: int) -> None:
    group = GroupNow(
        mode=GroupMode.AS_MANY_AS_POSSIBLE,
        state=GroupState.OPEN,
        given=len(states) + missing,
        states=states,
        is_owed=False,
        is_new=False,
    )
    assert (next_state(group) is GroupState.OPEN) == (State.REQUESTED in states)


@pytest.mark.parametrize("state", GroupState)
def test_no_state_comes_before_itself(state: GroupState) -> None:
    seen, left = set[GroupState](), set(BEFORE[state])
    while left:
        seen |= left
        left = {former for one in left for former in BEFORE[one]} - seen
    assert state not in seen


def test_what_came_to_nothing_has_no_driver_to_wait_for() -> None:
    assert not CAME_TO_NOTHING & NOT_BEGUN
