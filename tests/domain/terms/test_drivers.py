"""Which drivers may book, and how much at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DriverBlocked, TooManyReservations
from domain.terms.drivers import check_driver, check_open_reservations
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
