"""Which drivers may book, and how much at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DriverBlocked, DriverBookedAlready, TooManyReservations
from domain.facts.refused_bookings import BookedAtThatTime
from domain.terms.drivers import check_driver, check_one_at_a_time, check_open_reservations
from tests.factories import make_policy


def test_a_blocked_driver_books_nothing() -> None:
    check_driver(blocked=False)
    with pytest.raises(DriverBlocked):
        check_driver(blocked=True)


@given(st.integers(0, 10), st.integers(1, 10))
def test_one_more_may_be_opened_below_the_limit_only(count: int, most: int) -> None:
    policy = make_policy(open_reservations_per_driver=most)
    if count < most:
        check_open_reservations(count, policy)
    else:
        with pytest.raises(TooManyReservations):
            check_open_reservations(count, policy)


@given(st.sampled_from([None, "SK-1"]), st.booleans())
def test_overlapping_reservations_need_a_policy_that_allows_them(other: str | None, allowed: bool) -> None:
    policy = make_policy(overlapping_per_driver=allowed)
    if other is None or allowed:
        check_one_at_a_time(other, policy)
    else:
        with pytest.raises(DriverBookedAlready) as refused:
            check_one_at_a_time(other, policy)
        assert refused.value.why == BookedAtThatTime(reservation="SK-1")
