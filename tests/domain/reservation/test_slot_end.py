"""What happens when the slot of a driver who is still there ends."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.reservation.slot_end import at_slot_end, extension_at_slot_end
from domain.terms.policy import AtSlotEnd
from tests.domain.builders import START, at, make_progress
from tests.factories.policies import make_policy

POLICY = make_policy()


@pytest.mark.parametrize("wanted", list(AtSlotEnd))
def test_only_a_transaction_that_runs_is_extended_or_stopped(wanted: AtSlotEnd) -> None:
    policy = make_policy(at_slot_end=wanted)
    assert at_slot_end(make_progress(State.CHARGING), policy) is wanted
    ended = make_progress(State.CHARGING, transaction_ended_at=at(50))
    assert at_slot_end(ended, policy) is AtSlotEnd.OVERSTAY


@given(st.integers(1, 40))
def test_a_slot_grows_by_a_step_up_to_the_longest(quarters: int) -> None:
    slot = Slot(START, START + quarters * timedelta(minutes=15))
    longer = extension_at_slot_end(make_progress(State.CHARGING, slot=slot), POLICY)
    grown = slot.length + (POLICY.slots.step or POLICY.slots.shortest)
    if grown > POLICY.slots.longest:
        assert longer is None
    else:
        assert longer == Slot(START, START + grown)
