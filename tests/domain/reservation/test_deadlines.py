"""Deadlines: those of the present state, soonest first, told in the site's own time."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.charging.trouble import TroubleCause
from domain.reservation.deadlines import Deadline, DeadlineKind, deadlines, next_deadline
from domain.reservation.lifecycle import FINAL, Course, DepositState, State
from domain.reservation.remembered import Proposal
from tests.domain.builders import START, at, make_assignment, make_progress
from tests.factories.policies import make_policy

POLICY = make_policy()
OWN = {
    State.AWAITING_PAYMENT: {DeadlineKind.PAYMENT_EXPIRES},
    State.CONFIRMED: {DeadlineKind.LOCK_DUE, DeadlineKind.PAYMENT_ANSWER_DUE},
    State.LOCKED: {DeadlineKind.GRACE_ENDS, DeadlineKind.STILL_OCCUPIED, DeadlineKind.PAYMENT_ANSWER_DUE},
    State.ARRIVED: {DeadlineKind.SLOT_ENDS, DeadlineKind.STILL_OCCUPIED},
    State.CHARGING: {
        DeadlineKind.SLOT_ENDS,
        DeadlineKind.SLOT_ENDING_SOON,
        DeadlineKind.DEPARTURE_ASSUMED,
        DeadlineKind.SESSION_OVERDUE,
    },
    State.OVERSTAYING: {DeadlineKind.DEPARTURE_ASSUMED, DeadlineKind.SESSION_OVERDUE},
    State.NO_SHOW: {DeadlineKind.LATE_WINDOW_ENDS},
}
TROUBLE = {DeadlineKind.FAULT_CONFIRMED, DeadlineKind.OFFLINE_CONFIRMED}
WATCHED = {State.CONFIRMED, State.LOCKED, State.ARRIVED, State.CHARGING}
moments = st.one_of(st.none(), st.integers(-3000, 300).map(at))
flags = st.booleans()


@given(st.sampled_from(list(State)), moments, moments, moments, moments, flags, flags, flags, flags)
def test_only_deadlines_of_the_present_state_are_told_and_the_next_is_the_soonest(
    state: State,
    due: datetime | None,
    fault: datetime | None,
    offline: datetime | None,
    ended: datetime | None,
    cable: bool,
    contested: bool,
    warned: bool,
    handled: bool,
) -> None:
    progress = make_progress(
        state,
        payment_due_at=due,
        fault_since=fault,
        offline_since=offline,
        transaction_ended_at=ended,
        cable_left_in=cable,
        contested=contested,
        warned_of_end=warned,
        end_of_slot_handled=handled,
    )
    found = deadlines(progress, POLICY)
    assert {d.kind for d in found} <= OWN.get(state, set()) | (TROUBLE if state in WATCHED else set())
    assert [d.at for d in found] == sorted(d.at for d in found)
    assert next_deadline(progress, POLICY) == (found[0] if found else None)


@pytest.mark.parametrize(
    "state", [*(FINAL - {State.NO_SHOW}), State.SETTLING, State.REROUTING, State.REQUESTED]
)
def test_a_state_that_time_alone_does_not_move_has_no_deadline(state: State) -> None:
    assert next_deadline(make_progress(state, fault_since=at(0), payment_due_at=at(0)), POLICY) is None


@pytest.mark.parametrize(
    ("state", "facts", "kind", "minute"),
    [
        (State.AWAITING_PAYMENT, {"payment_due_at": at(-30)}, DeadlineKind.PAYMENT_EXPIRES, -30),
        (State.CONFIRMED, {}, DeadlineKind.LOCK_DUE, -15),
        (State.LOCKED, {}, DeadlineKind.GRACE_ENDS, 15),
        (State.LOCKED, {"contested": True}, DeadlineKind.STILL_OCCUPIED, 0),
        (State.ARRIVED, {}, DeadlineKind.SLOT_ENDS, 60),
        (State.ARRIVED, {"contested": True}, DeadlineKind.STILL_OCCUPIED, 0),
        (State.ARRIVED, {"contested": True, "contested_since": at(5)}, DeadlineKind.STILL_OCCUPIED, 7),
        (State.CHARGING, {}, DeadlineKind.SLOT_ENDING_SOON, 50),
        (State.CHARGING, {"warned_of_end": True}, DeadlineKind.SLOT_ENDS, 60),
        (State.CHARGING, {"transaction_ended_at": at(30)}, DeadlineKind.DEPARTURE_ASSUMED, 32),
        (State.CHARGING, {"fault_since": at(20)}, DeadlineKind.FAULT_CONFIRMED, 20.5),
        (State.ARRIVED, {"offline_since": at(20)}, DeadlineKind.OFFLINE_CONFIRMED, 23),
        (State.CHARGING, {"offline_since": at(15)}, DeadlineKind.OFFLINE_CONFIRMED, 45),
        (
            State.CHARGING,
            {"transaction_ended_at": at(30), "fault_since": at(30), "offline_since": at(-200)},
            DeadlineKind.DEPARTURE_ASSUMED,
            32,
        ),
        (
            State.CHARGING,
            {"transaction_ended_at": at(30), "cut_short": True, "fault_since": at(30)},
            DeadlineKind.FAULT_CONFIRMED,
            30.5,
        ),
        (
            State.CHARGING,
            {"offline_since": at(0), "silence_told": True, "warned_of_end": True},
            DeadlineKind.SLOT_ENDS,
            60,
        ),
        (State.LOCKED, {"offline_since": at(0)}, DeadlineKind.OFFLINE_CONFIRMED, 3),
        (
            State.CHARGING,
            {"transaction_ended_at": at(20), "cut_short": True, "offline_since": at(20)},
            DeadlineKind.OFFLINE_CONFIRMED,
            23,
        ),
        (
            State.CHARGING,
            {"transaction_ended_at": at(10), "end_heard_at": at(22), "cut_short": True},
            DeadlineKind.DEPARTURE_ASSUMED,
            37,
        ),
        (
            State.CHARGING,
            {"transaction_ended_at": at(-8), "end_heard_at": at(-8), "cut_short": True},
            DeadlineKind.DEPARTURE_ASSUMED,
            15,
        ),
        (
            State.CHARGING,
            {"transaction_ended_at": at(50), "cut_short": True, "warned_of_end": True},
            DeadlineKind.DEPARTURE_ASSUMED,
            60,
        ),
        (
            State.OVERSTAYING,
            {"transaction_ended_at": at(70), "cut_short": True},
            DeadlineKind.DEPARTURE_ASSUMED,
            72,
        ),
        (State.OVERSTAYING, {}, DeadlineKind.SESSION_OVERDUE, 60 + 4 * 60),
        (State.OVERSTAYING, {"transaction_ended_at": at(70)}, DeadlineKind.DEPARTURE_ASSUMED, 72),
        (State.NO_SHOW, {}, DeadlineKind.LATE_WINDOW_ENDS, 60),
    ],
)
def test_the_next_deadline_of_each_state(
    state: State, facts: dict[str, Any], kind: DeadlineKind, minute: float
) -> None:
    assert next_deadline(make_progress(state, **facts), POLICY) == Deadline(kind, at(minute))


@pytest.mark.parametrize(
    ("state", "whole_charger", "minute"),
    [(State.CHARGING, True, 25), (State.CHARGING, False, 20.5), (State.ARRIVED, True, 20.5)],
)
def test_readings_have_time_to_disprove_what_a_charger_says_as_a_whole(
    state: State, whole_charger: bool, minute: float
) -> None:
    progress = make_progress(state)
    progress.broke(TroubleCause.FAULT, at(20), whole_charger=whole_charger)
    (fault,) = (d for d in deadlines(progress, POLICY) if d.kind is DeadlineKind.FAULT_CONFIRMED)
    assert fault.at == at(minute)


def test_a_fault_long_before_the_slot_is_given_time_to_be_repaired() -> None:
    progress = make_progress(State.CONFIRMED, fault_since=START - timedelta(days=3))
    (fault,) = (d for d in deadlines(progress, POLICY) if d.kind is DeadlineKind.FAULT_CONFIRMED)
    assert fault.at == START - POLICY.fault_watch


@pytest.mark.parametrize("course", [c for c in Course if c is not Course.UNDER_WAY])
def test_time_moves_nothing_while_an_operator_or_the_money_is_waited_for(course: Course) -> None:
    assert deadlines(make_progress(State.LOCKED, course=course), POLICY) == ()


def test_who_charges_on_from_the_slot_before_has_as_long_at_the_lock_as_anywhere() -> None:
    """A fault of the whole charger may stop nobody."""
    progress = make_progress(State.CONFIRMED)
    progress.is_there_since_before()
    progress.broke(TroubleCause.FAULT, at(-15), whole_charger=True)
    due = {one.kind: one.at for one in deadlines(progress, POLICY)}
    assert due[DeadlineKind.LOCK_DUE] == due[DeadlineKind.FAULT_CONFIRMED]


def test_the_lock_waits_no_longer_than_until_the_start() -> None:
    progress = make_progress(State.CONFIRMED)
    progress.broke(TroubleCause.FAULT, at(-20))
    policy = make_policy(fault_debounce=timedelta(hours=1))
    due = {one.kind: one.at for one in deadlines(progress, policy)}
    assert due[DeadlineKind.LOCK_DUE] == progress.slot.start


@pytest.mark.parametrize(("cause", "authorised"), [(Cause.MAINTENANCE, True), (Cause.CHARGER_FAULT, False)])
def test_who_is_asked_days_ahead_has_their_card_authorised_all_the_same(
    cause: Cause, authorised: bool
) -> None:
    progress = make_progress(State.CONFIRMED, deposit=DepositState.CARD_SAVED)
    progress.proposal = Proposal(
        number=1,
        place=make_assignment(hold_id=2),
        cause=cause,
        slot=progress.slot,
        answer_by=at(-15),
        troubled=False,
    )
    kinds = {one.kind for one in deadlines(progress, make_policy())}
    assert kinds == {DeadlineKind.MOVE_ANSWER_DUE, *([DeadlineKind.AUTHORISE_DUE] if authorised else [])}
