"""What a driver is still owed, and when they are moved instead of charged for not coming."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.charging.commands import CommandOutcome
from domain.charging.trouble import TroubleCause
from domain.place.slots import Slot
from domain.reservation.authorisation import has_a_date
from domain.reservation.lifecycle import REROUTABLE, State
from domain.reservation.rerouting import (
    STARTS,
    is_locked_at_once,
    is_worth_moving_to,
    kept_from_charging,
    slot_still_owed,
    start_is_hopeless,
)
from tests.domain.builders import END, START, at, make_progress, make_trouble
from tests.factories.policies import make_policy

POLICY = make_policy()
states = st.sampled_from(sorted(REROUTABLE))


def test_a_second_rejected_start_is_one_too_many() -> None:
    progress = make_progress(State.ARRIVED)
    for _ in range(STARTS):
        assert not start_is_hopeless(progress)
        progress.start_rejected()
    assert start_is_hopeless(progress)


@given(states, st.integers(-120, 0).map(at))
def test_before_the_start_the_whole_slot_is_owed(state: State, now: datetime) -> None:
    assert slot_still_owed(make_progress(state), POLICY, state, now) == Slot(START, END)


@given(states, st.integers(1, 59), st.integers(0, 30))
def test_the_rest_of_the_slot_is_owed_and_to_who_was_there_the_time_lost(
    state: State, minute: int, lost: int
) -> None:
    now, lost = at(minute), min(lost, minute)
    progress = make_progress(state, fault_since=at(minute - lost))
    owed = slot_still_owed(progress, POLICY, state, now)
    given_back = lost if state in (State.ARRIVED, State.CHARGING) else 0
    assert owed.start == now
    assert owed.end == max(END + timedelta(minutes=given_back), now + POLICY.slots.shortest)


def test_time_lost_before_the_driver_was_there_is_not_given_back_and_that_lost_earlier_is() -> None:
    progress = make_progress(State.ARRIVED, arrived_at=at(10), fault_since=at(30))
    progress.troubles.insert(0, make_trouble(TroubleCause.FAULT, at(5), at(15)))
    assert slot_still_owed(progress, POLICY, State.ARRIVED, at(40)).end == END + timedelta(minutes=15)


def test_who_never_charged_was_kept_from_it_by_what_stands_at_the_end() -> None:
    progress = make_progress(State.ARRIVED, arrived_at=at(0))
    progress.start_answered(at(1), accepted=False)
    assert kept_from_charging(progress) is None
    progress.broke(TroubleCause.LOCK_FAILURE, at(2))
    assert kept_from_charging(progress) is Cause.CHARGER_FAULT


@given(states, st.integers(-300, 30).map(at))
def test_only_a_slot_that_is_far_away_waits_for_its_lock(state: State, now: datetime) -> None:
    near = now >= START - POLICY.lock_lead
    assert is_locked_at_once(make_progress(state), POLICY, state, now) == (
        state is not State.CONFIRMED or near
    )


@pytest.mark.parametrize("outcome", list(CommandOutcome))
def test_a_charger_that_is_broken_or_taken_is_no_place_to_move_to(outcome: CommandOutcome) -> None:
    useless = {CommandOutcome.FAULTED, CommandOutcome.UNAVAILABLE, CommandOutcome.OCCUPIED}
    assert is_worth_moving_to(outcome) == (outcome not in useless)


def test_who_was_moved_within_their_slot_has_no_date_to_confirm_a_payment_by() -> None:
    progress = make_progress(State.LOCKED)
    assert has_a_date(progress)
    progress.looks_for_another()
    progress.moved(State.LOCKED, Slot(at(10), END), Cause.CHARGER_FAULT, at(30), at(10))
    assert not has_a_date(progress)
