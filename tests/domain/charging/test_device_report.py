"""What a report of a device model is worth, whatever its parts do."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.device_report import (
    MOST_PARTS,
    PATIENCE,
    ReportProgress,
    ReportState,
    asked,
    told,
)

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
SOON, LATE = AT + timedelta(seconds=30), AT + PATIENCE * 2


def after(*parts: tuple[int | None, bool], cut: bool = False) -> ReportProgress:
    """Of a report that was asked for: the number of each part, and whether it says that it is the last."""
    progress = asked(ReportProgress(), AT)
    for number, last in parts:
        progress = told(progress, number, last=last, cut=cut, at=AT)
    return progress


@pytest.mark.parametrize(
    ("progress", "soon", "late", "missing"),
    [
        (after(), ReportState.COMING, ReportState.NOTHING, ()),
        (after((0, True)), ReportState.COMPLETE, ReportState.COMPLETE, ()),
        (after((0, False), (1, True)), ReportState.COMPLETE, ReportState.COMPLETE, ()),
        (after((1, True), (0, False)), ReportState.COMPLETE, ReportState.COMPLETE, ()),
        (after((0, False), (0, False), (1, True), (1, True)), ReportState.COMPLETE, ReportState.COMPLETE, ()),
        (after((None, False), (None, True)), ReportState.COMPLETE, ReportState.COMPLETE, ()),
        (after((0, False), (1, False)), ReportState.COMING, ReportState.INCOMPLETE, ()),
        (after((0, False), (3, True)), ReportState.INCOMPLETE, ReportState.INCOMPLETE, (1, 2)),
        (after((1, True)), ReportState.INCOMPLETE, ReportState.INCOMPLETE, (0,)),
        (after((0, True), cut=True), ReportState.INCOMPLETE, ReportState.INCOMPLETE, ()),
        (after((0, True), (1, False)), ReportState.COMING, ReportState.INCOMPLETE, ()),
        (after((0, False), (10**12, True)), ReportState.COMING, ReportState.INCOMPLETE, ()),
    ],
)
def test_what_is_there_is_told_as_far_as_it_goes(
    progress: ReportProgress, soon: ReportState, late: ReportState, missing: tuple[int, ...]
) -> None:
    assert progress.state(SOON) is soon
    assert progress.state(LATE) is late
    assert progress.missing(5) == missing


def test_a_number_used_again_much_later_is_another_report() -> None:
    old = after((0, False), (2, True))
    again = told(old, 0, last=True, cut=False, at=LATE)
    assert again.is_complete
    assert (again.first_at, again.asked_at) == (LATE, None)
    assert asked(old, LATE).state(LATE) is ReportState.COMING


@given(st.lists(st.tuples(st.integers(0, MOST_PARTS * 2), st.booleans()), max_size=60))
def test_it_is_complete_only_with_every_part_and_stays_small(parts: list[tuple[int, bool]]) -> None:
    progress = after(*parts)
    numbers = {number for number, _ in parts if number < MOST_PARTS}
    assert {n for first, last in progress.parts for n in range(first, last + 1)} == numbers
    assert len(progress.parts) <= len(numbers)
    if progress.is_complete:
        assert progress.last is not None
        assert numbers == set(range(progress.last + 1))
    assert set(progress.missing(MOST_PARTS)).isdisjoint(numbers)
