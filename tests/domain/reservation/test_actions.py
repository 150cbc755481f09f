"""What may be done, when: every action in every state, and the sentences of refusals."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import (
    DomainError,
    ExtensionUsed,
    NotPossibleNow,
    OutsideArrivalWindow,
    ReservationPending,
    SlotInvalid,
)
from domain.facts.refusals import RefusalFact
from domain.facts.refused_actions import BeingSettled, DriverHasCome, Over
from domain.facts.refused_for_now import BeingDecided
from domain.money.lines import WAIVABLE, LineKind
from domain.place.slots import Slot
from domain.reservation.actions.extension import check_extension, check_shortening
from domain.reservation.actions.possible import possible_actions, require
from domain.reservation.actions.rules import check_undone, check_waiver, is_closed, may_be_undone
from domain.reservation.actions.table import BY_NAME
from domain.reservation.lifecycle import HOLDING, Course, State
from domain.reservation.progress import Progress
from domain.terms.policy import Policy
from tests.domain.builders import END, START, at, make_progress
from tests.factories.policies import make_overstay, make_policy, make_terms

POLICY = make_policy()
TERMS = make_terms(policy=POLICY)
AT_START = {
    State.REQUESTED: "operator_cancel waive",
    State.AWAITING_PAYMENT: "cancel operator_cancel waive force_release",
    State.CONFIRMED: "cancel shorten on_my_way check_in start_charging operator_cancel reassign waive force_release",
    State.LOCKED: "cancel extend shorten on_my_way check_in start_charging "
    "operator_cancel reassign waive force_release",
    State.ARRIVED: "cancel extend shorten start_charging operator_cancel reassign waive force_release",
    State.CHARGING: "extend shorten stop_charging operator_cancel waive force_release",
    State.OVERSTAYING: "extend stop_charging operator_cancel waive force_release",
    State.REROUTING: "operator_cancel waive force_release",
    State.SETTLING: "waive",
    State.NO_SHOW: "check_in start_charging operator_cancel waive",
    State.COMPLETED: "",
    State.DECLINED: "",
    State.EXPIRED: "",
    State.CANCELLED: "",
    State.UNFULFILLED: "",
}
ACTIONS = sorted(
    {name for names in AT_START.values() for name in names.split()}
    | {"reschedule", "resolve", "accept_move", "decline_move"}
)


def possible(progress: Progress, policy: Policy, now: datetime) -> tuple[str, ...]:
    return tuple(action.name for action in possible_actions(progress, policy, now))


@pytest.mark.parametrize("state", list(State))
def test_what_is_possible_at_the_start_of_the_slot(state: State) -> None:
    assert possible(make_progress(state), POLICY, START) == tuple(AT_START[state].split())


@given(
    st.sampled_from(list(State)),
    st.integers(-300, 120).map(at),
    st.sampled_from(["", "capture failed"]),
    st.one_of(st.none(), st.integers(0, 90).map(at)),
)
def test_an_action_is_listed_exactly_when_it_is_not_refused(
    state: State, now: datetime, attention: str, eta_until: datetime | None
) -> None:
    progress = make_progress(state, needs_attention=attention, eta_extension_until=eta_until)
    listed = possible(progress, POLICY, now)
    for action in ACTIONS:
        if action in listed:
            require(BY_NAME[action], progress, POLICY, now)
            continue
        with pytest.raises((NotPossibleNow, ExtensionUsed, OutsideArrivalWindow)) as refusal:
            require(BY_NAME[action], progress, POLICY, now)
        assert isinstance(refusal.value.why, RefusalFact)


@pytest.mark.parametrize(
    ("action", "state", "now", "facts", "error"),
    [
        ("reschedule", State.CONFIRMED, at(-29), {}, NotPossibleNow),
        ("on_my_way", State.LOCKED, at(15), {}, OutsideArrivalWindow),
        ("on_my_way", State.LOCKED, at(0), {"eta_extension_until": at(25)}, ExtensionUsed),
        ("check_in", State.CONFIRMED, at(-11), {}, OutsideArrivalWindow),
        ("check_in", State.LOCKED, at(16), {}, OutsideArrivalWindow),
        ("check_in", State.NO_SHOW, END, {}, OutsideArrivalWindow),
        ("start_charging", State.LOCKED, at(-11), {}, OutsideArrivalWindow),
        ("start_charging", State.ARRIVED, END, {}, NotPossibleNow),
        ("stop_charging", State.CHARGING, at(30), {"transaction_ended_at": at(20)}, NotPossibleNow),
        ("operator_cancel", State.SETTLING, at(70), {}, NotPossibleNow),
        ("operator_cancel", State.NO_SHOW, END, {}, NotPossibleNow),
        ("cancel", State.CHARGING, at(30), {}, NotPossibleNow),
        ("extend", State.OVERSTAYING, at(70), {}, NotPossibleNow),
        ("extend", State.CHARGING, at(70), {}, NotPossibleNow),
        ("waive", State.COMPLETED, at(70), {}, NotPossibleNow),
        ("resolve", State.LOCKED, at(0), {}, NotPossibleNow),
    ],
)
def test_a_refusal_has_its_own_error(
    action: str, state: State, now: datetime, facts: dict[str, Any], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        require(BY_NAME[action], make_progress(state, **facts), POLICY, now)


@pytest.mark.parametrize(
    ("action", "state", "now", "facts"),
    [
        ("reschedule", State.CONFIRMED, at(-30), {}),
        ("reschedule", State.LOCKED, at(-40), {}),
        ("check_in", State.CONFIRMED, at(-10), {}),
        ("check_in", State.LOCKED, at(15), {}),
        ("check_in", State.LOCKED, at(25), {"eta_extension_until": at(25)}),
        ("check_in", State.NO_SHOW, at(59), {}),
        ("on_my_way", State.LOCKED, at(14), {"reroute_grace_until": at(30)}),
        ("extend", State.OVERSTAYING, at(69), {}),
        ("resolve", State.SETTLING, at(70), {"needs_attention": "capture failed"}),
        ("waive", State.CANCELLED, at(70), {"needs_attention": "capture failed"}),
    ],
)
def test_what_is_possible_at_the_edges(
    action: str, state: State, now: datetime, facts: dict[str, Any]
) -> None:
    progress = make_progress(state, **facts)
    require(BY_NAME[action], progress, POLICY, now)
    assert action in possible(progress, POLICY, now)


def test_force_release_is_for_states_that_hold_a_connector() -> None:
    holding = {s for s in State if "force_release" in possible(make_progress(s), POLICY, START)}
    assert holding == HOLDING


@pytest.mark.parametrize("state", list(State))
def test_nothing_but_resolving_is_left_once_a_reservation_is_closed(state: State) -> None:
    progress = make_progress(state)
    if is_closed(progress, END):
        assert possible(progress, POLICY, END) == ()


def test_an_extension_keeps_the_start_and_moves_the_end() -> None:
    assert check_extension(make_progress(State.CHARGING), TERMS, at(90), at(30)) == Slot(START, at(90))


@pytest.mark.parametrize(
    ("end", "now", "error"),
    [
        (END, at(30), NotPossibleNow),
        (at(75), at(75), NotPossibleNow),
        (at(300), at(30), NotPossibleNow),
        (at(70), at(30), SlotInvalid),
        (at(90).replace(tzinfo=None), at(30), SlotInvalid),
    ],
)
def test_an_extension_ends_later_in_future_and_on_the_grid(
    end: datetime, now: datetime, error: type[DomainError]
) -> None:
    with pytest.raises(error):
        check_extension(make_progress(State.CHARGING), TERMS, end, now)


def test_idle_time_that_costs_already_ends_extending_only_with_the_slot() -> None:
    policy = make_policy(overstay=make_overstay(idle_grace=timedelta(minutes=5)))
    progress = make_progress(State.CHARGING, charging_finished_at=at(20))
    assert "extend" in possible(progress, policy, at(59))
    progress.state = State.OVERSTAYING
    assert "extend" not in possible(progress, policy, END)


@pytest.mark.parametrize(
    ("course", "left"),
    [
        (Course.ENDING, ("waive", "resolve")),
        (Course.COLLECTING, ()),
        (Course.CLOSED, ()),
    ],
)
def test_what_may_still_be_asked_when_the_story_is_over(course: Course, left: tuple[str, ...]) -> None:
    progress = make_progress(State.SETTLING, course=course, needs_attention="settlement failed")
    assert possible(progress, POLICY, at(70)) == left


def test_a_paused_reservation_can_be_steered() -> None:
    progress = make_progress(State.CONFIRMED, course=Course.PAUSED, needs_attention="a step failed")
    assert {"cancel", "reassign", "resolve"} <= set(possible(progress, POLICY, START))


@pytest.mark.parametrize("kind", list(LineKind))
def test_only_what_a_driver_pays_can_be_waived(kind: LineKind) -> None:
    if kind in WAIVABLE:
        check_waiver(kind)
        return
    with pytest.raises(NotPossibleNow):
        check_waiver(kind)


@pytest.mark.parametrize(
    ("state", "course", "why"),
    [
        (State.REQUESTED, Course.UNDER_WAY, BeingDecided()),
        (State.DECLINED, Course.COLLECTING, BeingSettled()),
        (State.DECLINED, Course.CLOSED, Over(state=State.DECLINED)),
    ],
)
def test_without_terms_nothing_is_possible_and_the_reason_is_true(
    state: State, course: Course, why: RefusalFact
) -> None:
    for action in set(BY_NAME.values()) - {BY_NAME["resolve"]}:
        kind = ReservationPending if state is State.REQUESTED else NotPossibleNow
        with pytest.raises(kind) as refusal:
            require(action, make_progress(state, course=course), None, START)
        assert refusal.value.why == why


def test_a_declined_booking_that_waits_for_an_operator_can_be_resolved_without_terms() -> None:
    progress = make_progress(State.DECLINED, course=Course.ENDING, needs_attention="not released")
    assert [action.name for action in possible_actions(progress, None, START)] == ["resolve"]


@pytest.mark.parametrize("state", State)
def test_whose_driver_has_come_is_not_undone_with_what_it_is_a_part_of(state: State) -> None:
    came = {State.ARRIVED, State.CHARGING, State.OVERSTAYING, State.SETTLING, State.COMPLETED}
    assert may_be_undone(state) == (state not in came)
    if state not in came:
        check_undone(state)
        return
    with pytest.raises(NotPossibleNow) as refusal:
        check_undone(state)
    assert refusal.value.why == DriverHasCome()


def test_an_earlier_end_leaves_the_start_and_the_shortest_slot() -> None:
    assert check_shortening(make_progress(State.CHARGING), TERMS, at(45), at(30)) == Slot(START, at(45))


@pytest.mark.parametrize(
    ("end", "now", "error"),
    [
        (at(60), at(30), NotPossibleNow),
        (at(75), at(30), NotPossibleNow),
        (at(30), at(30), NotPossibleNow),
        (at(0), at(-60), NotPossibleNow),
        (at(40), at(30), SlotInvalid),
        (at(45).replace(tzinfo=None), at(30), SlotInvalid),
    ],
)
def test_an_earlier_end_that_is_none_or_past_or_too_short_or_off_the_grid_is_refused(
    end: datetime, now: datetime, error: type[DomainError]
) -> None:
    with pytest.raises(error):
        check_shortening(make_progress(State.CHARGING), TERMS, end, now)
