"""Which drivers may book, and how much at a time."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DriverBlocked, DriverBookedAlready, TooManyReservations
from domain.facts.refused_people import BookedAtThatTime, TooManyOpen
from domain.terms.drivers import Overlapping, check_driver, check_one_at_a_time, check_open_reservations
from tests.domain.builders import at
from tests.factories import make_policy


def test_a_blocked_driver_books_nothing() -> None:
    check_driver(blocked=False)
    with pytest.raises(DriverBlocked):
        check_driver(blocked=True)


@given(st.lists(st.integers(0, 60).map(at), max_size=10), st.integers(1, 10))
def test_one_more_may_be_opened_below_the_limit_only_or_once_enough_have_ended(
    ends: list[datetime], most: int
) -> None:
    policy = make_policy(open_reservations_per_driver=most)
    if len(ends) < most:
        check_open_reservations(ends, policy)
        return
    with pytest.raises(TooManyReservations) as refused:
        check_open_reservations(ends, policy)
    why = refused.value.why
    assert isinstance(why, TooManyOpen)
    assert why.ends_at in ends
    check_open_reservations([end for end in ends if end > why.ends_at], policy)


@given(st.sampled_from([None, Overlapping("SK-1", at(60))]), st.booleans())
def test_overlapping_reservations_need_a_policy_that_allows_them(
    other: Overlapping | None, allowed: bool
) -> None:
    policy = make_policy(overlapping_per_driver=allowed)
    if other is None or allowed:
        check_one_at_a_time(other, policy)
    else:
        with pytest.raises(DriverBookedAlready) as refused:
            check_one_at_a_time(other, policy)
        assert refused.value.why == BookedAtThatTime(reservation="SK-1", ends_at=at(60))
