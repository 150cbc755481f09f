"""The ends that a driver is offered with one press: whatever is offered is taken."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.place.slots import Slot, last_grid_instant
from domain.reservation.actions.extension import check_extension, check_shortening, earlier_end, later_end
from domain.reservation.lifecycle import State
from domain.terms.accepted import Terms
from tests.domain.builders import at, make_progress, window
from tests.factories.policies import make_policy, make_slot_rules, make_terms

ZONES = st.sampled_from(["UTC", "Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin"])
MOMENTS = st.integers(-120, 900).map(at)


@st.composite
def agreed(draw: st.DrawFn) -> Terms:
    shortest = draw(st.integers(1, 60))
    rules = make_slot_rules(
        step=timedelta(minutes=draw(st.sampled_from([0, 5, 15, 30, 60]))),
        shortest=timedelta(minutes=shortest),
        longest=timedelta(minutes=shortest + draw(st.integers(0, 600))),
    )
    return make_terms(policy=make_policy(slots=rules), site_zone=draw(ZONES))


SLOTS = st.builds(
    lambda start, lasts: window(start, start + lasts), st.integers(-30, 30), st.integers(1, 300)
)


@given(SLOTS, agreed(), MOMENTS)
def test_a_later_end_that_is_offered_is_taken(slot: Slot, terms: Terms, now: datetime) -> None:
    end = later_end(slot, terms, now)
    if end is not None:
        progress = make_progress(State.CHARGING, slot=slot)
        assert check_extension(progress, terms, end, now) == Slot(slot.start, end)


@given(SLOTS, agreed(), MOMENTS)
def test_no_later_end_is_offered_only_where_none_is_left(slot: Slot, terms: Terms, now: datetime) -> None:
    if later_end(slot, terms, now) is None:
        rules = terms.policy.slots
        last = last_grid_instant(slot.start + rules.longest, rules.step, terms.site_zone)
        assert last <= max(slot.end, now)


@given(SLOTS, agreed(), MOMENTS)
def test_an_earlier_end_that_is_offered_is_taken(slot: Slot, terms: Terms, now: datetime) -> None:
    end = earlier_end(slot, terms, now)
    if end is not None:
        progress = make_progress(State.CHARGING, slot=slot)
        assert check_shortening(progress, terms, end, now) == Slot(slot.start, end)


def test_where_slots_are_on_a_grid_of_hours_an_hour_is_offered() -> None:
    rules = make_slot_rules(step=timedelta(hours=1), shortest=timedelta(hours=1))
    terms = make_terms(policy=make_policy(slots=rules), site_zone="UTC")
    assert later_end(window(0, 120), terms, at(30)) == at(180)
    assert earlier_end(window(0, 120), terms, at(30)) == at(60)
    assert later_end(window(0, 240), terms, at(30)) is None
    assert earlier_end(window(0, 60), terms, at(30)) is None
