"""Grace: how long it lasts, what extends it, and who is no no-show when it ends."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.charging.trouble import TroubleCause, troubled
from domain.errors import SlotInvalid
from domain.facts.refused_actions import EtaAfterSlot, EtaPassed
from domain.place.slots import Slot
from domain.reservation.grace import (
    ETA_MARGIN,
    arrival_by,
    eta_extension,
    extension_used,
    grace_after_move,
    late_arrival_open,
    slot_of_late_arrival,
)
from domain.reservation.lifecycle import REROUTABLE, State
from domain.reservation.rerouting import slot_still_owed
from tests.domain.builders import END, START, at, make_progress, make_trouble
from tests.factories.policies import make_policy

POLICY = make_policy()
moments = st.one_of(st.none(), st.integers(-3000, 300).map(at))
states = st.sampled_from(sorted(REROUTABLE))


@given(moments, moments)
def test_grace_lasts_at_least_as_promised_and_never_beyond_the_slot(
    eta_until: datetime | None, reroute_until: datetime | None
) -> None:
    progress = make_progress(State.LOCKED, eta_extension_until=eta_until, reroute_grace_until=reroute_until)
    latest = max(START + POLICY.grace, reroute_until or START) + POLICY.eta_extension
    assert START + POLICY.grace <= arrival_by(progress, POLICY) <= min(latest, END)


@given(st.integers(-600, 120).map(at))
def test_who_had_to_pay_first_is_waited_for_from_then_on(paid: datetime) -> None:
    progress = make_progress(State.AWAITING_PAYMENT)
    progress.confirmed(paid)
    assert arrival_by(progress, POLICY) == min(max(START, paid) + POLICY.grace, END)


@given(st.integers(-600, 120).map(at))
def test_who_had_nothing_to_pay_is_waited_for_from_the_slots_start(booked: datetime) -> None:
    progress = make_progress(State.REQUESTED)
    progress.confirmed(booked)
    assert arrival_by(progress, POLICY) == START + POLICY.grace


@given(st.integers(-60, 59).map(at))
def test_an_announced_arrival_extends_grace_within_the_policy_and_only_once(eta: datetime) -> None:
    progress = make_progress(State.LOCKED)
    until = eta_extension(progress, POLICY, eta, at(-60))
    latest = START + POLICY.grace + POLICY.eta_extension
    if until is None:
        assert eta <= START + POLICY.grace
    else:
        assert START + POLICY.grace < until <= latest
        assert until >= min(eta, latest)
        progress.grace_extended(until)
    assert arrival_by(progress, POLICY) == (until or START + POLICY.grace)
    assert (extension_used(progress)) != (until is None)


def test_an_arrival_within_the_grace_of_a_reroute_leaves_the_extension_unused() -> None:
    progress = make_progress(State.LOCKED, reroute_grace_until=at(30))
    assert eta_extension(progress, POLICY, at(20), START) is None
    until = eta_extension(progress, POLICY, at(35), START)
    assert until is not None
    progress.grace_extended(until)
    assert extension_used(progress)


def test_an_extension_never_outlasts_the_slot() -> None:
    policy = make_policy(grace=timedelta(minutes=50))
    assert eta_extension(make_progress(State.LOCKED), policy, at(59), START) == END


@given(st.integers(-60, 59).map(at), st.integers(-120, 120).map(at))
def test_an_arrival_is_announced_for_a_time_to_come_within_the_slot(now: datetime, eta: datetime) -> None:
    progress = make_progress(State.LOCKED)
    if now - ETA_MARGIN <= eta < END:
        eta_extension(progress, POLICY, eta, now)
        return
    with pytest.raises(SlotInvalid) as refusal:
        eta_extension(progress, POLICY, eta, now)
    assert refusal.value.why == (EtaPassed(eta=eta) if eta < now else EtaAfterSlot(end=END))


def test_an_announced_arrival_needs_a_zone() -> None:
    with pytest.raises(SlotInvalid):
        eta_extension(make_progress(State.LOCKED), POLICY, at(20).replace(tzinfo=None), START)


@given(states, st.integers(-60, 59).map(at), st.integers(0, 40).map(at))
def test_moving_never_shortens_the_grace_period(state: State, now: datetime, reroute_grace: datetime) -> None:
    progress = make_progress(state, reroute_grace_until=reroute_grace)
    slot = slot_still_owed(progress, POLICY, state, now)
    until = grace_after_move(progress, POLICY, slot, now)
    assert until >= now + POLICY.reroute_grace
    progress.slot = slot
    assert until >= arrival_by(progress, POLICY)


@given(st.lists(st.tuples(st.integers(-60, 60), st.integers(0, 30)), max_size=4))
def test_time_in_trouble_that_is_over_is_no_time_of_grace(spans: list[tuple[int, int]]) -> None:
    troubles = [make_trouble(TroubleCause.OCCUPIED, at(begin), at(begin + length)) for begin, length in spans]
    until = arrival_by(make_progress(State.LOCKED, troubles=troubles), POLICY)
    assert START + POLICY.grace <= until <= END
    assert until == END or until - START - troubled(START, until, troubles) == POLICY.grace


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ({}, None),
        ({"fault_since": at(-5), "contested": True}, Cause.CHARGER_FAULT),
        ({"contested": True, "offline_since": at(-5)}, Cause.CONNECTOR_OCCUPIED),
        ({"offline_since": at(-5)}, Cause.CHARGER_OFFLINE),
    ],
)
def test_nobody_is_a_no_show_at_a_connector_that_was_not_there(
    facts: dict[str, datetime], cause: Cause | None
) -> None:
    assert make_progress(State.LOCKED, **facts).trouble is cause


@given(st.sampled_from(State), st.integers(-10, 90).map(at))
def test_a_no_show_may_come_until_the_slot_ends_and_has_what_is_left(state: State, now: datetime) -> None:
    progress = make_progress(state)
    assert late_arrival_open(progress, now) == (state is State.NO_SHOW and now < END)
    assert slot_of_late_arrival(progress, now) == (Slot(now, END) if now < END else None)
