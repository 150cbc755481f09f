"""A reservation whose workflow is gone: no fee for what it did not let the driver do, the same price for the rest."""

from copy import deepcopy
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.causes import Cause
from domain.money.lines import FEES, LineKind
from domain.reservation.left_alone import LEFT_WITHIN, STOPPED_WITHIN, Meanwhile, left_alone, meanwhile
from domain.reservation.lifecycle import HOLDING, Course, State
from domain.reservation.progress import Progress
from domain.settlement.metering import ChargingLeg
from domain.settlement.pricing import settle
from domain.terms.accepted import Terms
from domain.terms.policy import AtSlotEnd
from tests.domain.builders import END, at, make_progress
from tests.domain.settlement.test_pricing import BUSY, any_terms, legs_of_a_day, stories
from tests.factories.policies import make_policy

alive = st.builds(
    make_progress,
    st.sampled_from([*HOLDING, State.NO_SHOW]),
    arrived_at=st.one_of(st.none(), st.just(at(0))),
    no_show_at=st.just(at(15)),
    rerouted_for=st.lists(st.sampled_from(list(Cause)), max_size=1),
)
_DELIVERED = (LineKind.ENERGY, LineKind.TIME)


@settings(max_examples=200)
@given(alive, any_terms(), legs_of_a_day, st.integers(-300, 600).map(at))
def test_what_was_delivered_is_paid_as_if_it_had_lived_and_no_fee(
    progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...], gone_at: datetime
) -> None:
    before = deepcopy(progress)
    bill = settle(left_alone(progress, gone_at), terms, legs, BUSY)
    served = settle(make_progress(State.SETTLING), terms, legs, BUSY)
    delivered = [[line for line in one.lines if line.kind in _DELIVERED] for one in (bill, served)]
    assert delivered[0] == delivered[1]
    assert [line for line in bill.lines if line.kind in FEES] == []
    assert (bill.credit.minor, bill.energy_wh) == (0, served.energy_wh)
    assert progress == before


@given(stories(), any_terms(), legs_of_a_day, st.sampled_from([Course.ENDING, Course.COLLECTING]))
def test_a_story_that_was_over_costs_what_it_does_anyway(
    progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...], course: Course
) -> None:
    progress.course = course
    assert settle(left_alone(progress, at(0)), terms, legs, BUSY) == settle(progress, terms, legs, BUSY)


@pytest.mark.parametrize(
    ("rule", "after", "then"),
    [
        (AtSlotEnd.STOP, -1, Meanwhile.WAIT),
        (AtSlotEnd.STOP, 0, Meanwhile.STOP),
        (AtSlotEnd.STOP, STOPPED_WITHIN / timedelta(minutes=1), Meanwhile.SETTLE),
        (AtSlotEnd.OVERSTAY, 0, Meanwhile.WAIT),
        (AtSlotEnd.EXTEND_IF_FREE, 0, Meanwhile.WAIT),
        (AtSlotEnd.OVERSTAY, LEFT_WITHIN / timedelta(minutes=1), Meanwhile.SETTLE),
    ],
)
def test_a_session_that_goes_on_has_the_slot_until_it_ends(
    rule: AtSlotEnd, after: float, then: Meanwhile
) -> None:
    gone = left_alone(make_progress(State.CHARGING, arrived_at=at(0)), at(5))
    policy, now = make_policy(at_slot_end=rule), END + timedelta(minutes=after)
    assert meanwhile(gone, policy, found_at=at(5), now=now) is then


def test_a_session_of_a_story_that_was_over_is_stopped_at_once() -> None:
    over = make_progress(State.CANCELLED, course=Course.ENDING, ended_by=Cause.OPERATOR)
    assert meanwhile(over, make_policy(), found_at=at(5), now=at(5)) is Meanwhile.STOP
