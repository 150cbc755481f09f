"""Trouble as intervals: sums of time, and what begins and ends them."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.charging.connector import ConnectorStatus
from domain.charging.trouble import (
    BROKEN,
    LOCK_FAILED,
    LONGEST_HISTORY,
    Trouble,
    TroubleCause,
    began,
    blame,
    later_by_trouble,
    trouble_of,
    troubled,
)
from tests.domain.builders import at, make_trouble

minutes = st.integers(0, 60)


@st.composite
def troubles(draw: st.DrawFn) -> list[Trouble]:
    """Any, overlapping or not, some of which still stand."""
    spans = draw(st.lists(st.tuples(minutes, st.one_of(st.none(), minutes)), max_size=6))
    return [
        make_trouble(TroubleCause.FAULT, at(begin), None if length is None else at(begin + length))
        for begin, length in spans
    ]


def counted(start: int, end: int, found: list[Trouble]) -> int:
    """Minute by minute."""
    return sum(any(one.stands_at(at(minute)) for one in found) for minute in range(start, end))


@given(minutes, minutes, troubles())
def test_time_in_trouble_is_counted_once_whatever_overlaps(
    start: int, end: int, found: list[Trouble]
) -> None:
    assert troubled(at(start), at(end), found) == timedelta(minutes=counted(start, end, found))


@given(minutes, minutes, troubles(), troubles())
def test_more_trouble_is_never_less_time(
    start: int, end: int, found: list[Trouble], more: list[Trouble]
) -> None:
    assert troubled(at(start), at(end), found) <= troubled(at(start), at(end), [*found, *more])


@given(minutes, minutes, troubles())
def test_a_time_that_lasts_without_trouble_is_over_when_it_has_lasted(
    start: int, lasting: int, found: list[Trouble]
) -> None:
    over = [one for one in found if one.ended_at is not None]
    end = later_by_trouble(at(start), timedelta(minutes=lasting), found)
    assert end - at(start) - troubled(at(start), end, over) == timedelta(minutes=lasting)


@pytest.mark.parametrize(
    ("status", "error", "siblings", "cause"),
    [
        (ConnectorStatus.FAULTED, "GroundFailure", (), TroubleCause.FAULT),
        (ConnectorStatus.FAULTED, LOCK_FAILED, (), TroubleCause.LOCK_FAILURE),
        (ConnectorStatus.FINISHING, LOCK_FAILED, (), TroubleCause.LOCK_FAILURE),
        (ConnectorStatus.CHARGING, "WeakSignal", (), None),
        (ConnectorStatus.UNAVAILABLE, "", (), TroubleCause.UNAVAILABLE),
        (ConnectorStatus.UNAVAILABLE, "", (ConnectorStatus.AVAILABLE,), TroubleCause.UNAVAILABLE),
        (ConnectorStatus.UNAVAILABLE, "", (ConnectorStatus.AVAILABLE, ConnectorStatus.CHARGING), None),
        (ConnectorStatus.UNAVAILABLE, "", (ConnectorStatus.PREPARING,), None),
        (ConnectorStatus.FAULTED, "", (ConnectorStatus.CHARGING,), TroubleCause.FAULT),
        (ConnectorStatus.UNKNOWN, "", (), None),
    ],
)
def test_what_a_status_says_is_wrong(
    status: ConnectorStatus,
    error: str,
    siblings: tuple[ConnectorStatus, ...],
    cause: TroubleCause | None,
) -> None:
    assert trouble_of(status, error, siblings) is cause


@given(st.lists(st.sampled_from(list(TroubleCause)), min_size=1))
def test_each_cause_is_somebodys_and_never_the_drivers(causes: list[TroubleCause]) -> None:
    found = blame(make_trouble(cause, at(0)) for cause in causes)
    assert found is not None
    assert found.is_operators
    if BROKEN.intersection(causes):
        assert found is Cause.CHARGER_FAULT


beginnings = st.tuples(st.sampled_from(list(TroubleCause)), st.sampled_from([None, 1, 2]))


@given(st.lists(beginnings, max_size=20))
def test_what_has_begun_stands_once_and_a_place_is_broken_in_one_way(
    told: list[tuple[TroubleCause, int | None]],
) -> None:
    history: list[Trouble] = []
    for minute, (cause, number) in enumerate(told):
        history = began(history, make_trouble(cause, at(minute), connector_number=number))
        here = [one.cause for one in history if one.ended_at is None and one.connector_number == number]
        assert cause in here
        assert len(here) == len(set(here))
        assert len(BROKEN.intersection(here)) <= 1


def test_a_charger_that_flickers_for_ever_is_remembered_in_bounds_and_in_the_drivers_favour() -> None:
    history: list[Trouble] = []
    exact = timedelta(0)
    for minute in range(0, 4 * LONGEST_HISTORY, 2):
        history = began(history, make_trouble(TroubleCause.FAULT, at(minute)))
        history = [*history[:-1], history[-1].ended(at(minute + 1))]
        exact += timedelta(minutes=1)
    assert len(history) == LONGEST_HISTORY
    assert troubled(at(0), at(4 * LONGEST_HISTORY), history) >= exact


def test_an_interval_never_ends_before_it_began() -> None:
    early: datetime = at(-5)
    assert make_trouble(TroubleCause.FAULT, at(0)).ended(early).ended_at == at(0)
