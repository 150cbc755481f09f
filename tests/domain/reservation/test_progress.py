"""Changes of what has happened: each is whole, and none goes round the tables."""

from copy import deepcopy
from dataclasses import fields, replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from domain.causes import Cause
from domain.charging.connector import ConnectorStatus
from domain.charging.enforcement import EnforcementLevel
from domain.charging.presence import SHOWS_NOBODY
from domain.charging.trouble import TroubleCause
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
    "state", "course", "slot", "assignment", "booked_site", "enforcement", "device", "payment_due_at", "deposit",
    "eta_extension_until", "reroute_grace_until", "departed_at", "no_show_at",
    "cancelled_at", "never_confirmed", "ended_by", "left_at",
    "rerouted_for", "waived", "attention", "troubles",
}  # fmt: skip


def fault_noticed_at(progress: Progress) -> datetime | None:
    return min((one.noticed_at for one in progress.standing_faults), default=None)


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
        early_departures=["2"],
        cut_short=True,
    )
    progress.looks_for_another()
    progress.assigned(ANOTHER, at(10))
    progress.moved(State.LOCKED, Slot(at(10), END), Cause.CHARGER_FAULT, at(30), at(10))
    untouched = Progress(slot=progress.slot)
    for field in fields(Progress):
        if field.name not in KEPT_WHEN_MOVED:
            assert getattr(progress, field.name) == getattr(untouched, field.name), field.name
    assert (progress.state, progress.rerouted_for) == (State.LOCKED, [Cause.CHARGER_FAULT])
    assert (progress.reroute_grace_until, progress.device.pushed_again) == (at(30), 0)
    assert (progress.trouble, {one.ended_at for one in progress.troubles}) == (None, {at(10)})
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
    progress.assigned(ANOTHER, at(7))
    progress.broke(TroubleCause.FAULT, at(8))
    progress.device.sending()
    progress.is_promised(EnforcementLevel.SOFT)
    progress.assigned(here, at(7))
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
    progress.assigned(replace(make_assignment(), label="Bay 1, repainted"), at(7))
    assert progress.trouble is Cause.CHARGER_FAULT
    progress.assigned(ANOTHER, at(7))
    assert [progress.trouble, progress.contest] == [None, None]
    assert (progress.connector_status, progress.starts_rejected) == (ConnectorStatus.UNKNOWN, 0)
    assert progress.device.pushed_again == 0


def test_a_silent_charger_is_silent_for_each_of_its_connectors() -> None:
    progress = make_progress(State.CONFIRMED, offline_since=at(-60))
    progress.assigned(
        replace(make_assignment(), connector_id=ANOTHER.connector_id, connector_number=2), at(7)
    )
    assert progress.trouble is Cause.CHARGER_OFFLINE


def test_what_is_found_at_the_lock_is_known_whatever_led_to_it() -> None:
    progress = make_progress(State.CONFIRMED)
    progress.found_at_lock(at(-10), contested=True, broken=False, silent_since=at(-12))
    assert progress.silence_noticed_at == at(-12)
    assert progress.trouble is Cause.CONNECTOR_OCCUPIED
    progress.found_at_lock(at(-9), contested=False, broken=True, silent_since=None)
    assert (progress.contested, fault_noticed_at(progress)) == (False, at(-9))
    progress.mended(at(-8))
    progress.found_at_lock(at(-7), contested=False, broken=False, charger_broken=True, silent_since=None)
    progress.mended(at(-6))
    assert fault_noticed_at(progress) == at(-7)
    progress.mended(at(-5), whole_charger=True)
    assert fault_noticed_at(progress) is None


def test_what_ended_unheard_is_over_at_the_lock_but_for_a_lock_that_no_status_tells_of() -> None:
    progress = make_progress(State.CONFIRMED, fault_since=at(-60), offline_since=at(-60))
    progress.found_at_lock(at(-10), contested=False, broken=False, silent_since=None)
    assert progress.trouble is None
    progress.broke(TroubleCause.LOCK_FAILURE, at(-9))
    progress.found_at_lock(at(-8), contested=False, broken=False, silent_since=None)
    assert progress.trouble is Cause.CHARGER_FAULT


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
    progress.vacated(at(1))
    assert not progress.contested


def test_trouble_keeps_its_beginning_and_stays_known_when_it_is_over() -> None:
    progress = make_progress(State.LOCKED)
    for minute in (1, 2):
        progress.broke(TroubleCause.FAULT, at(minute), at(minute + 0.5))
        progress.went_offline(at(minute))
    assert (fault_noticed_at(progress), progress.silence_noticed_at) == (at(1.5), at(1))
    progress.mended(at(3))
    progress.came_online(at(4))
    assert (fault_noticed_at(progress), progress.silence_noticed_at, progress.trouble) == (None, None, None)
    assert [(one.began_at, one.ended_at) for one in progress.troubles] == [(at(1), at(3)), (at(1), at(4))]


def test_a_connector_and_its_charger_are_each_in_trouble_until_it_is_over_for_itself() -> None:
    progress = make_progress(State.LOCKED)
    progress.broke(TroubleCause.FAULT, at(1))
    progress.broke(TroubleCause.FAULT, at(2), whole_charger=True)
    progress.mended(at(3))
    assert fault_noticed_at(progress) == at(2)
    progress.mended(at(4), whole_charger=True)
    assert progress.trouble is None


def test_another_word_for_what_is_broken_does_not_begin_patience_anew() -> None:
    progress = make_progress(State.LOCKED)
    progress.broke(TroubleCause.FAULT, at(1))
    progress.broke(TroubleCause.UNAVAILABLE, at(2))
    assert fault_noticed_at(progress) == at(1)
    assert [one.cause for one in progress.standing_troubles] == [TroubleCause.UNAVAILABLE]


def test_an_old_start_does_not_disprove_newer_trouble() -> None:
    """Told late, of a charger that was away."""
    progress = make_progress(State.ARRIVED, fault_since=at(30))
    progress.charging_started("7", at(1))
    assert progress.trouble is Cause.CHARGER_FAULT


@pytest.mark.parametrize(
    ("reason", "finished", "cut_short"),
    [("EmergencyStop", None, True), ("PowerLoss", None, True), ("Local", None, False), ("Reboot", 40, False)],
)
def test_who_was_cut_short_still_needs_a_connector(
    reason: str, finished: int | None, cut_short: bool
) -> None:
    progress = make_progress(State.CHARGING, charging_finished_at=None if finished is None else at(finished))
    progress.transaction_ended(at(50), reason)
    assert progress.needs_working_connector == cut_short


@pytest.mark.parametrize(
    ("cause", "reason", "cut_short"),
    [
        (TroubleCause.UNAVAILABLE, "Local", False),
        (TroubleCause.UNAVAILABLE, "Other", True),
        (TroubleCause.LOCK_FAILURE, "EVDisconnected", False),
        (TroubleCause.LOCK_FAILURE, "PowerLoss", True),
        (TroubleCause.FAULT, "Local", True),
    ],
)
def test_what_a_session_goes_on_through_ends_it_only_where_nobody_did(
    cause: TroubleCause, reason: str, cut_short: bool
) -> None:
    progress = make_progress(State.CHARGING)
    progress.broke(cause, at(30))
    progress.transaction_ended(at(50), reason)
    assert progress.needs_working_connector == cut_short


def test_a_new_slot_is_promised_anew() -> None:
    progress = make_progress(State.LOCKED, contested=True, eta_extension_until=at(20))
    progress.rescheduled(Slot(at(120), at(180)))
    assert (progress.contest, progress.eta_extension_until) == (None, None)


def test_what_delivers_is_neither_broken_nor_taken_nor_waiting_for_a_departure() -> None:
    progress = make_progress(
        State.ARRIVED, fault_since=at(0), contested=True, cable_left_in=True, transaction_ended_at=at(1)
    )
    progress.device.held = True
    progress.charging_started("7", at(2))
    assert (progress.state, progress.running_transaction) == (State.CHARGING, "7")
    assert (progress.trouble, progress.contest, progress.cable_left_in) == (None, None, False)
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
    assert progress.has_left == (status in SHOWS_NOBODY)
    with_cable = (ConnectorStatus.FINISHING, ConnectorStatus.OCCUPIED, ConnectorStatus.PREPARING)
    assert progress.cable_left_in == (status in with_cable)


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


def test_what_was_recorded_before_intervals_were_is_read_still() -> None:
    adapter = TypeAdapter(Progress)
    document = adapter.dump_python(make_progress(State.CHARGING, fault_since=at(3)), mode="json")
    assert fault_noticed_at(adapter.validate_python(document)) == at(3)
    del document["troubles"], document["cut_short"], document["early_departures"]
    former = document | {"fault_since": at(1).isoformat(), "offline_since": None}
    assert adapter.validate_python(former).troubles == []


@given(
    shown=st.lists(st.sampled_from(list(ConnectorStatus)), max_size=8),
    gone=st.integers(0, 30),
)
def test_who_leaves_a_transaction_open_has_left_when_the_bay_first_showed_nobody_for_good(
    shown: list[ConnectorStatus], gone: int
) -> None:
    progress = make_progress(State.ARRIVED)
    progress.charging_started("tx-1", at(0))
    for minute, status in enumerate(shown):
        progress.shows(status, at(minute))
    last_there = max((n for n, status in enumerate(shown) if status.is_in_use), default=-1)
    empty = [n for n, status in enumerate(shown) if status in SHOWS_NOBODY and n > last_there]
    progress.settles(at(gone))
    assert progress.departed_at == at(min([gone, *empty]))


@pytest.mark.parametrize("state", [State.CONFIRMED, State.LOCKED, State.NO_SHOW])
def test_what_is_imagined_changes_nothing(state: State) -> None:
    progress = make_progress(state, device=DeviceHold(held=True), early_ends={"2": at(3)}, contested=True)
    before = deepcopy(progress)
    other = progress.imagined()
    assert other == before
    other.cancelled(at(5), Cause.DRIVER)
    other.broke(TroubleCause.FAULT, at(6), at(6), whole_charger=False)
    other.calls_operator(Attention(problem=Problem.STEP_FAILED))
    other.device.gone()
    other.early_ends.clear()
    assert progress == before
    assert other != before
