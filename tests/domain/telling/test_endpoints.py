"""Which events there are, and when an endpoint is left alone."""

from datetime import timedelta

import pytest

from domain.telling.endpoints import PAUSED_AFTER, STATES, EventKind, is_left_alone
from tests.factories import NOON


def test_every_state_has_its_event() -> None:
    assert {kind.value for kind in EventKind} - {EventKind.TESTED.value} == STATES


@pytest.mark.parametrize(
    ("age", "failures", "alone"),
    [
        (PAUSED_AFTER, 20, True),
        (PAUSED_AFTER, 19, False),
        (PAUSED_AFTER - timedelta(seconds=1), 5_000, False),
        (timedelta(days=30), 1, False),
    ],
)
def test_who_fails_often_and_long_is_left_alone(age: timedelta, failures: int, *, alone: bool) -> None:
    assert is_left_alone(NOON, failures, NOON + age) is alone
