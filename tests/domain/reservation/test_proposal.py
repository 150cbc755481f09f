"""When a driver is asked before being sent to another site, until when, and what makes the question pointless."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.charging.events import ChargerEventKind
from domain.reservation.actions.meant import answers_this_proposal, is_at_this_bay
from domain.reservation.actions.messages import AnswerMove, AtBay
from domain.reservation.actions.possible import possible_actions
from domain.reservation.deadlines import Deadline, DeadlineKind, deadlines
from domain.reservation.lifecycle import HOLDING, State
from domain.reservation.proposal import (
    SHORTEST_TO_ANSWER,
    answer_due,
    first_time_to_ask_about,
    goes_there,
    is_answered_too_late,
    is_asked_first,
    is_moot,
)
from domain.reservation.remembered import Proposal
from tests.domain.builders import END, START, at, make_assignment, make_event, make_progress, window
from tests.factories.policies import make_policy

POLICY = make_policy()
THERE = make_assignment(hold_id=2, site_id="site-b", charger_id="charger-9", connector_id=99, label="Bay 9")
PROPOSAL = Proposal(
    number=2, place=THERE, cause=Cause.CHARGER_FAULT, slot=window(0, 60), answer_by=at(-15), troubled=True
)
ASKED = {"proposal": PROPOSAL, "fault_since": at(-60)}


@given(
    st.sampled_from(list(State)),
    st.integers(-120, 90).map(at),
    st.integers(0, 90).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_who_is_not_there_is_asked_exactly_when_there_is_time_to_answer(
    state: State, now: Any, before: timedelta
) -> None:
    policy = make_policy(ask_before_other_site=before)
    progress = make_progress(state)
    asked = is_asked_first(progress, policy, now)
    due = answer_due(progress.slot, policy)
    assert due == START - before
    assert asked == (state in (State.CONFIRMED, State.LOCKED) and due - now >= SHORTEST_TO_ANSWER)


@given(
    st.sampled_from(sorted(HOLDING - {State.AWAITING_PAYMENT})),
    st.booleans(),
    st.none() | st.integers(-60, 60).map(at),
)
def test_while_the_driver_is_asked_time_moves_nothing_but_the_answer(
    state: State, offline: bool, arrived: Any
) -> None:
    facts = ASKED | ({"offline_since": at(-50)} if offline else {})
    progress = make_progress(state, arrived_at=arrived, **facts)
    due = min(at(-15), arrived or at(-15))  # who is there is not kept waiting
    assert deadlines(progress, POLICY) == (Deadline(DeadlineKind.MOVE_ANSWER_DUE, due),)


@given(st.sampled_from([State.CONFIRMED, State.LOCKED, State.ARRIVED]), st.integers(-120, 90).map(at))
def test_a_question_can_be_answered_as_long_as_it_stands(state: State, now: Any) -> None:
    answers = {"accept_move", "decline_move"}
    asked = {action.name for action in possible_actions(make_progress(state, **ASKED), POLICY, now)}
    assert answers <= asked
    unasked = {action.name for action in possible_actions(make_progress(state), POLICY, now)}
    assert answers.isdisjoint(unasked)


@pytest.mark.parametrize(
    ("state", "facts", "moot"),
    [
        (State.CONFIRMED, {}, False),
        (State.CONFIRMED, {"fault_since": None}, True),
        (State.CONFIRMED, {"fault_since": None, "offline_since": at(-60)}, False),
        (State.CONFIRMED, {"fault_since": None, "proposal": replace(PROPOSAL, troubled=False)}, False),
        (State.CONFIRMED, {"slot": window(30, 90)}, True),
        (State.CHARGING, {}, True),
        (State.CONFIRMED, {"proposal": None}, False),
    ],
)
def test_a_question_is_pointless_when_the_place_works_is_used_or_is_wanted_at_another_time(
    state: State, facts: dict[str, Any], moot: bool
) -> None:
    assert is_moot(make_progress(state, **(ASKED | facts))) is moot


@pytest.mark.parametrize(
    ("kind", "over", "goes"),
    [
        (ChargerEventKind.TOKEN_PRESENTED, {}, True),
        (ChargerEventKind.TRANSACTION_STARTED, {}, True),
        (ChargerEventKind.TOKEN_PRESENTED, {"matches_driver": False}, False),
        (ChargerEventKind.TOKEN_PRESENTED, {"charger_id": "charger-1"}, False),
        (ChargerEventKind.CONNECTOR_STATUS, {}, False),
    ],
)
def test_the_drivers_card_at_the_proposed_charger_is_a_yes(
    kind: ChargerEventKind, over: dict[str, Any], goes: bool
) -> None:
    event = make_event(
        kind, **({"charger_id": "charger-9", "connector_id": 99, "matches_driver": True} | over)
    )
    assert goes_there(event, make_progress(State.LOCKED, **ASKED)) is goes
    assert not goes_there(event, make_progress(State.LOCKED))


def test_nothing_is_asked_any_more_once_it_has_moved_or_ended() -> None:
    progress = make_progress(State.CONFIRMED, **ASKED)
    progress.cancelled(at(-20), Cause.DRIVER)
    assert progress.proposal is None
    progress = make_progress(State.REROUTING, **ASKED)
    progress.moved(State.CONFIRMED, window(0, 60), Cause.CHARGER_FAULT, END, at(-20))
    assert progress.proposal is None


LATER = replace(PROPOSAL, at=window(120, 180))


@given(st.sampled_from(sorted(HOLDING - {State.AWAITING_PAYMENT})), st.none() | st.integers(-60, 60).map(at))
def test_another_time_has_a_deadline_of_its_own_after_which_nobody_is_moved(
    state: State, arrived: Any
) -> None:
    progress = make_progress(state, arrived_at=arrived, **(ASKED | {"proposal": LATER}))
    due = min(at(-15), arrived or at(-15))
    assert deadlines(progress, POLICY) == (Deadline(DeadlineKind.TIME_ANSWER_DUE, due),)


def test_who_shows_up_at_the_other_bay_has_not_agreed_to_another_time() -> None:
    event = make_event(ChargerEventKind.TOKEN_PRESENTED, charger_id="charger-9", matches_driver=True)
    assert goes_there(event, make_progress(State.CONFIRMED, **ASKED))
    assert not goes_there(event, make_progress(State.CONFIRMED, **(ASKED | {"proposal": LATER})))


@given(st.integers(-300, 300), st.integers(-300, 300), st.integers(0, 90))
def test_whatever_other_time_is_asked_about_can_be_answered_in_time(
    now: int, shift: int, before: int
) -> None:
    """And is answered before either of the two begins."""
    policy = make_policy(ask_before_other_site=timedelta(minutes=before))
    other = window(shift, shift + 60)
    due = answer_due(window(0, 60), policy, other)
    assert due <= min(START, other.start) - timedelta(minutes=before)
    if is_asked_first(make_progress(State.CONFIRMED), policy, at(now)):
        in_time = other.start >= first_time_to_ask_about(policy, at(now))
        assert in_time is (at(now) + SHORTEST_TO_ANSWER <= due)


@pytest.mark.parametrize(("minutes", "late"), [(-61, False), (-60, True), (-30, True)])
def test_a_yes_to_another_time_is_worth_nothing_once_it_has_begun(minutes: int, late: bool) -> None:
    earlier = replace(PROPOSAL, at=window(-60, 0))
    assert is_answered_too_late(earlier, window(0, 60), at(minutes)) is late


@pytest.mark.parametrize(("end", "late"), [(60, False), (61, True)])
def test_a_yes_to_another_place_is_worth_nothing_when_more_is_owed_than_is_held(end: int, late: bool) -> None:
    assert is_answered_too_late(PROPOSAL, window(50, end), at(50)) is late


@given(st.none() | st.integers(1, 9), st.none() | st.integers(1, 9))
def test_an_answer_counts_for_the_proposal_that_it_names_or_for_any(
    named: int | None, open_now: int | None
) -> None:
    """Where none is open the action's own rule says so."""
    asked = None if open_now is None else replace(PROPOSAL, number=open_now)
    refusal = answers_this_proposal(
        AnswerMove(proposal=named), make_progress(State.CONFIRMED, proposal=asked)
    )
    counts = named is None or open_now is None or named == open_now
    assert (refusal is None) is counts
    assert refusal is None or refusal.code == "proposal_superseded"


def test_each_proposal_has_the_next_number() -> None:
    progress = make_progress(State.REROUTING)
    progress.is_asked(replace(PROPOSAL, number=progress.proposals + 1), State.CONFIRMED)
    progress.question_over()
    progress.looks_for_another()
    progress.is_asked(replace(PROPOSAL, number=progress.proposals + 1), State.CONFIRMED)
    assert progress.proposal is not None
    assert progress.proposal.number == 2


@given(st.none() | st.integers(1, 3), st.none() | st.integers(1, 3))
def test_who_says_where_they_are_is_there_or_is_told_where_to_go(at_bay: int | None, own: int | None) -> None:
    place = None if own is None else replace(THERE, connector_id=own)
    refusal = is_at_this_bay(AtBay(at_connector=at_bay), make_progress(State.LOCKED, assignment=place))
    assert (refusal is None) is (at_bay is None or own is None or at_bay == own)
    assert refusal is None or refusal.code == "bay_changed"
