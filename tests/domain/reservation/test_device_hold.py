"""The hold on the charger: what its answers let us promise, and when it is pushed again or left alone."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.commands import CommandOutcome
from domain.charging.enforcement import EnforcementLevel
from domain.charging.events import HoldLoss
from domain.facts.timeline import PushReason
from domain.reservation.device_hold import DeviceHold, promised
from domain.reservation.device_pushes import (
    RE_PUSHES,
    is_wanted,
    may_push_again,
    reason_of_loss,
    something_was_promised,
)
from domain.reservation.lifecycle import State
from tests.domain.builders import at, make_progress
from tests.factories.policies import make_policy

POLICY = make_policy()
HARD, BACKEND, SOFT = EnforcementLevel.HARD, EnforcementLevel.BACKEND, EnforcementLevel.SOFT


@pytest.mark.parametrize("outcome", list(CommandOutcome))
def test_only_an_accepted_hold_is_promised_as_one_and_silence_promises_least(outcome: CommandOutcome) -> None:
    expected = {CommandOutcome.ACCEPTED: HARD, CommandOutcome.NOT_CONNECTED: SOFT}.get(outcome, BACKEND)
    assert promised(outcome, held=HARD, not_held=BACKEND) is expected


@pytest.mark.parametrize("outcome", list(CommandOutcome))
def test_a_hold_that_may_have_been_taken_counts_as_held(outcome: CommandOutcome) -> None:
    device = DeviceHold()
    device.answered(outcome, at(0))
    assert device.held == (outcome in (CommandOutcome.ACCEPTED, CommandOutcome.NO_RESPONSE))
    assert not device.is_doubted_by(at(-1))
    assert device.is_doubted_by(at(1)) == (not device.held)


@given(st.sampled_from(list(State)), st.booleans(), st.integers(-60, 90).map(at))
def test_it_is_wanted_until_the_driver_has_come_or_grace_is_over(
    state: State, came: bool, now: datetime
) -> None:
    progress = make_progress(state, came_without_starting=came)
    waits = state is State.LOCKED or (came and state is State.ARRIVED)
    assert is_wanted(progress, POLICY, now) == (waits and now < progress.slot.start + POLICY.grace)


def test_a_charger_that_keeps_losing_it_is_left_to_the_backend() -> None:
    progress = make_progress(State.LOCKED, enforcement=HARD)
    for _ in range(RE_PUSHES):
        assert may_push_again(progress)
        progress.device.lost()
    assert not may_push_again(progress)
    assert something_was_promised(progress)
    progress.promise_falls_to_backend()
    assert progress.enforcement is BACKEND
    assert not something_was_promised(progress)


@pytest.mark.parametrize(
    ("detail", "reason"),
    [
        (HoldLoss.EXPIRED, PushReason.HOLD_EXPIRED),
        (HoldLoss.REMOVED, PushReason.HOLD_REMOVED),
        (HoldLoss.MISSING, PushReason.HOLD_MISSING),
        (HoldLoss.NO_TRANSACTION, PushReason.NO_TRANSACTION),
        ("a word of tomorrow", PushReason.HOLD_REMOVED),
    ],
)
def test_every_loss_has_its_reason(detail: str, reason: PushReason) -> None:
    assert reason_of_loss(detail) is reason
