"""Booking: how long it is worth an answer, and how long a deposit may take."""

from datetime import timedelta

import pytest

from domain.reservation.booking import comes_too_late, payment_due
from tests.domain.builders import at
from tests.factories.policies import make_policy


@pytest.mark.parametrize(("minute", "too_late"), [(-1, False), (0, False), (0.1, True)])
def test_a_booking_is_given_up_once_nobody_waits_for_it(minute: float, too_late: bool) -> None:
    assert comes_too_late(at(0), at(minute)) is too_late


def test_a_deposit_may_be_paid_for_as_long_as_the_policy_says() -> None:
    assert payment_due(make_policy(payment_ttl=timedelta(minutes=7)), at(-30)) == at(-23)
