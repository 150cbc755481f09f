"""Which events there are, and when an endpoint is left alone."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.telling.endpoints import PAUSED_AFTER, STATES, EventKind, is_left_alone, rest_of
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


@given(st.timedeltas(timedelta(0), timedelta(days=400)))
def test_where_nobody_is_there_all_wait_as_long_again_within_minutes(failed_for: timedelta) -> None:
    rest = rest_of(NOON, NOON + failed_for)
    assert timedelta(seconds=1) <= rest <= timedelta(minutes=5)
    assert rest == failed_for or failed_for < timedelta(seconds=1) or failed_for > timedelta(minutes=5)
