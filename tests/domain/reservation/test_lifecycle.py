"""The transition table against the diagram in `docs/ARCHITECTURE.md`, pair by pair."""

from itertools import product

import pytest

from domain.errors import IllegalTransition
from domain.reservation.lifecycle import (
    COURSES,
    FINAL,
    HOLDING,
    REROUTABLE,
    TRANSITIONS,
    Course,
    DepositState,
    State,
    course_to,
    deposit_to,
    transition,
)

DIAGRAM = """
REQUESTED: AWAITING_PAYMENT CONFIRMED DECLINED
AWAITING_PAYMENT: CONFIRMED EXPIRED CANCELLED
CONFIRMED: LOCKED ARRIVED REROUTING CANCELLED EXPIRED
LOCKED: CONFIRMED ARRIVED NO_SHOW REROUTING CANCELLED EXPIRED
ARRIVED: CHARGING REROUTING SETTLING CANCELLED UNFULFILLED
CHARGING: OVERSTAYING REROUTING SETTLING CANCELLED
OVERSTAYING: CHARGING SETTLING CANCELLED
REROUTING: CONFIRMED LOCKED ARRIVED CHARGING UNFULFILLED CANCELLED
SETTLING: COMPLETED
NO_SHOW: ARRIVED
COMPLETED:
DECLINED:
EXPIRED:
CANCELLED:
UNFULFILLED:
"""
EDGES = {
    (State(source), State(target))
    for source, _, targets in (line.partition(":") for line in DIAGRAM.split("\n") if line)
    for target in targets.split()
}


@pytest.mark.parametrize(("current", "target"), list(product(State, State)))
def test_a_transition_is_made_if_and_only_if_the_diagram_has_it(current: State, target: State) -> None:
    if (current, target) in EDGES:
        assert transition(current, target) is target
        return
    with pytest.raises(IllegalTransition) as refusal:
        transition(current, target)
    assert refusal.value.code == "illegal_transition"
    assert current in refusal.value.message
    assert target in refusal.value.message


def test_every_state_has_a_row() -> None:
    assert set(TRANSITIONS) == set(State)


def test_every_state_can_be_reached_and_can_come_to_an_end() -> None:
    assert _reachable(State.REQUESTED) == set(State)
    assert all(_reachable(state) & FINAL for state in State)


def test_final_states_lead_nowhere_except_a_no_show_that_comes_late() -> None:
    assert {state for state in FINAL if TRANSITIONS[state]} == {State.NO_SHOW}


def test_a_state_that_holds_a_connector_is_not_final_and_reroutes_start_from_holds() -> None:
    assert not HOLDING & FINAL
    assert REROUTABLE < HOLDING
    assert all(State.REROUTING in TRANSITIONS[state] for state in REROUTABLE)


def _reachable(start: State) -> set[State]:
    found, frontier = {start}, [start]
    while frontier:
        new = TRANSITIONS[frontier.pop()] - found
        found |= new
        frontier += new
    return found


def test_the_work_never_goes_back_to_a_story_that_is_over() -> None:
    over = {Course.ENDING, Course.COLLECTING, Course.CLOSED}
    for course in over:
        assert COURSES[course] <= over


@pytest.mark.parametrize("course", list(Course))
def test_the_course_changes_by_its_table(course: Course) -> None:
    for target in Course:
        if target is course or target in COURSES[course]:
            assert course_to(course, target) is target
            continue
        with pytest.raises(IllegalTransition):
            course_to(course, target)


@pytest.mark.parametrize(("current", "target"), list(product(DepositState, DepositState)))
def test_a_deposit_is_asked_for_once_and_settled_once(current: DepositState, target: DepositState) -> None:
    heard = {
        DepositState.ACTION_REQUIRED,
        DepositState.AUTHORISED,
        DepositState.CARD_SAVED,
        DepositState.DEFERRED,
        DepositState.LAPSED,
        DepositState.DECLINED,
        DepositState.TAKEN,
    }
    settled = {DepositState.CAPTURED, DepositState.RELEASED}
    allowed = (
        target is current
        or (current is DepositState.NONE_NEEDED and target is DepositState.ASKED)
        or (current in {DepositState.ASKED} | heard and target in heard | settled)
    )
    if allowed:
        assert deposit_to(current, target) is target
        return
    with pytest.raises(IllegalTransition):
        deposit_to(current, target)


def test_money_may_be_held_from_asking_until_it_is_settled() -> None:
    held = {state for state in DepositState if state.may_be_held}
    assert held == set(DepositState) - {
        DepositState.NONE_NEEDED,
        DepositState.CAPTURED,
        DepositState.RELEASED,
    }
