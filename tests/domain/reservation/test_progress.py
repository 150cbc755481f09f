"""Changes of what has happened: each is whole, and none goes round the tables."""

from copy import deepcopy
from dataclasses import fields, replace

import pytest

from domain.causes import Cause
from domain.charging.connector import ConnectorStatus
from domain.charging.enforcement import EnforcementLevel
from domain.errors import IllegalTransition
from domain.facts.attention import Attention, Problem
from domain.place.slots import Slot
from domain.reservation.device_hold import DeviceHold
from domain.reservation.grace import arrival_by
from domain.reservation.lifecycle import Course, State
from domain.reservation.progress import Progress
from tests.domain.builders import END, at, make_assignment, make_progress
from tests.factories.policies import make_policy

ANOTHER = make_assignment(hold_id=2, charger_id="charger-2", connector_id=21, label="Bay 2")
KEPT_WHEN_MOVED = {
    "state", "course", "slot", "assignment", "enforcement", "device", "payment_due_at", "deposit",
    "eta_extension_until", "reroute_grace_until", "departed_at", "no_show_at",
    "cancelled_at", "never_confirmed", "ended_by", "left_at",
    "rerouted_for", "waived", "attention",
}  # fmt: skip


def test_what_was_known_of_the_old_connector_is_forgotten_whatever_it_was() -> None:
    progress = make_progress(
        State.CHARGING,
        fault_since=at(1),
        offline_since=at(2),
        contested=True,
        arrived_at=at(0),
        charging_finished_at=at(5),
        transaction_ended_at=at(6),
        transaction_id="1",
        starts_rejected=1,
        connector_status=ConnectorStatus.FAULTED,
        cable_left_in=True,
        warned_of_end=True,
        end_of_slot_handled=True,
        overdue_announced=True,
        device=DeviceHold(held=True, pushed_again=3),
        came_without_starting=True,
        early_ends={"2": at(3)},
    )
    progress.looks_for_another()
    progress.assigned(ANOTHER)
    progress.moved(State.LOCKED, Slot(at(10), END), Cause.CHARGER_FAULT, at(30), at(10))
    untouched = Progress(slot=progress.slot)
    for field in fields(Progress):
        if field.name not in KEPT_WHEN_MOVED:
            assert getattr(progress, field.name) == getattr(untouched, field.name), field.name
    assert (progress.state, progress.rerouted_for) == (State.LOCKED, [Cause.CHARGER_FAULT])
    assert (progress.reroute_grace_until, progress.device.pushed_again) == (at(30), 0)
    assert progress.left_at == at(10)


def test_after_a_failed_move_all_is_known_again_of_the_connector_that_was_left() -> None:
    progress = make_progress(
        State.LOCKED,
        fault_since=at(1),
        offline_since=at(2),
        contested=True,
        connector_status=ConnectorStatus.FAULTED,
        came_without_starting=True,
        starts_rejected=1,
        enforcement=EnforcementLevel.HARD,
        device=DeviceHold(held=True, pushed_again=3),
    )
    before, here = deepcopy(progress), progress.assignment
    assert here is not None
    standing = progress.standing()
    progress.assigned(ANOTHER)
    progress.device.sending()
    progress.is_promised(EnforcementLevel.SOFT)
    progress.assigned(here)
    progress.stands_as_before(standing)
    assert progress == before


def test_trouble_of_a_connector_does_not_follow_to_another() -> None:
    """At a lock that moves the hold, a reschedule, a late arrival."""
    progress = make_progress(
        State.CONFIRMED,
        fault_since=at(-60),
        offline_since=at(-60),
        contested=True,
        connector_status=ConnectorStatus.FAULTED,
        device=DeviceHold(pushed_again=5),
        starts_rejected=1,
    )
    progress.assigned(replace(make_assignment(), label="Bay 1, repainted"))
    assert progress.trouble is Cause.CHARGER_FAULT
    progress.assigned(ANOTHER)
    assert [progress.fault_since, progress.contest, progress.offline_since] == [None, None, None]
    assert (progress.connector_status, progress.starts_rejected) == (ConnectorStatus.UNKNOWN, 0)
    assert progress.device.pushed_again == 0


def test_a_silent_charger_is_silent_for_each_of_its_connectors() -> None:
    progress = make_progress(State.CONFIRMED, offline_since=at(-60))
    progress.assigned(replace(make_assignment(), connector_id=ANOTHER.connector_id, connector_number=2))
    assert progress.trouble is Cause.CHARGER_OFFLINE


def test_what_is_found_at_the_lock_is_known_whatever_led_to_it() -> None:
    progress = make_progress(State.CONFIRMED)
    progress.found_at_lock(at(-10), contested=True, faulted=False, silent_since=at(-12))
    assert progress.offline_since == at(-12)
    assert progress.trouble is Cause.CONNECTOR_OCCUPIED
    progress.found_at_lock(at(-9), contested=False, faulted=True, silent_since=None)
    assert (progress.contested, progress.fault_since) == (False, at(-9))


def test_a_new_slot_has_grace_anew_also_after_a_move() -> None:
    policy = make_policy()
    progress = make_progress(State.CONFIRMED, reroute_grace_until=END, eta_extension_until=END)
    earlier = Slot(at(-600), at(-480))
    progress.rescheduled(earlier)
    assert arrival_by(progress, policy) == earlier.start + policy.grace


def test_a_contest_is_begun_once_and_ended_whole() -> None:
    progress = make_progress(State.LOCKED, enforcement=EnforcementLevel.HARD)
    progress.contested_by_stranger(at(-5))
    progress.contested_by_stranger(at(-1))
    assert progress.contest is not None
    assert (progress.contest.since, progress.enforcement) == (at(-5), EnforcementLevel.SOFT)
    progress.vacated()
    assert not progress.contested


def test_trouble_keeps_its_beginning() -> None:
    progress = make_progress(State.LOCKED)
    for minute in (1, 2):
        progress.fault_began(at(minute))
        progress.went_offline(at(minute))
    assert (progress.fault_since, progress.offline_since) == (at(1), at(1))
    progress.fault_ended()
    progress.came_online()
    assert (progress.fault_since, progress.offline_since) == (None, None)


def test_a_new_slot_is_promised_anew() -> None:
    progress = make_progress(State.LOCKED, contested=True, eta_extension_until=at(20))
    progress.rescheduled(Slot(at(120), at(180)))
    assert (progress.contest, progress.eta_extension_until) == (None, None)


def test_what_delivers_is_neither_broken_nor_taken_nor_waiting_for_a_departure() -> None:
    progress = make_progress(
        State.ARRIVED, fault_since=at(0), contested=True, cable_left_in=True, transaction_ended_at=at(1)
    )
    progress.device.held = True
    progress.charging_started("7")
    assert (progress.state, progress.running_transaction) == (State.CHARGING, "7")
    assert (progress.fault_since, progress.contest, progress.cable_left_in) == (None, None, False)
    assert not progress.device.held


def test_extending_while_overstaying_is_charging_again() -> None:
    progress = make_progress(State.OVERSTAYING, warned_of_end=True, end_of_slot_handled=True)
    progress.extended(Slot(at(0), at(90)))
    assert (progress.state, progress.warned_of_end, progress.end_of_slot_handled) == (
        State.CHARGING,
        False,
        False,
    )


def test_closing_waits_for_whoever_has_to_look() -> None:
    progress = make_progress(State.CANCELLED, course=Course.ENDING)
    progress.calls_operator(Attention(problem=Problem.CHARGER_NOT_TOLD))
    progress.calls_operator(Attention(problem=Problem.CHARGER_NOT_TOLD))
    assert len(progress.attention) == 1
    progress.closes()
    assert not progress.course.is_closed
    progress.resolved()
    progress.closes()
    assert progress.course.is_closed


def test_resolving_lets_time_go_on() -> None:
    progress = make_progress(State.CONFIRMED, course=Course.PAUSED, needs_attention="x")
    progress.resolved()
    assert (progress.course, progress.needs_attention) == (Course.UNDER_WAY, False)


def test_nothing_goes_round_the_table() -> None:
    with pytest.raises(IllegalTransition):
        make_progress(State.COMPLETED).arrived(at(0))
    with pytest.raises(IllegalTransition):
        make_progress(State.CONFIRMED, assignment=make_assignment()).settles(at(0))
    with pytest.raises(IllegalTransition):
        make_progress(State.CANCELLED, course=Course.CLOSED).goes(Course.UNDER_WAY)


@pytest.mark.parametrize("status", list(ConnectorStatus))
def test_the_end_of_a_transaction_is_read_with_what_its_connector_shows(status: ConnectorStatus) -> None:
    progress = make_progress(State.CHARGING, connector_status=status)
    assert not progress.has_left
    progress.transaction_ended(at(50))
    assert progress.has_left == (status is ConnectorStatus.AVAILABLE)
    assert progress.cable_left_in == (status in (ConnectorStatus.FINISHING, ConnectorStatus.OCCUPIED))


@pytest.mark.parametrize("course", list(Course))
def test_only_what_is_not_over_pauses(course: Course) -> None:
    progress = make_progress(State.LOCKED, course=course)
    over = progress.is_over
    progress.pauses()
    assert progress.course is (course if over else Course.PAUSED)


def test_cancelling_a_no_show_drops_its_fee_and_leaves_it_one() -> None:
    progress = make_progress(State.NO_SHOW, no_show_at=at(15))
    progress.cancelled(at(20), Cause.OPERATOR)
    assert (progress.state, progress.waived) == (State.NO_SHOW, ["no_show"])
    assert (progress.cancelled_at, progress.ended_by) == (None, None)
