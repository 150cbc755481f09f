"""Quiet hours, on the clock of a place: over midnight, and on the days when that clock is changed."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import QuietHoursInvalid
from domain.telling.preferences import Preferences, QuietHours
from domain.telling.urgency import Urgency

BERLIN = "Europe/Berlin"
NIGHT = QuietHours(start=time(22), end=time(7), zone=BERLIN)
MINUTES = st.sampled_from([0, 15, 30, 45])
TIMES = st.one_of(st.builds(time, st.integers(0, 23), MINUTES), st.builds(time, st.integers(0, 4), MINUTES))
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = st.sampled_from(
    [BERLIN, "UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Santiago"]
)
HOURS = st.tuples(TIMES, TIMES, ZONES).filter(lambda said: said[0] != said[1])
"""Of the night, half of them: the clock is changed then."""
CHANGED = st.sampled_from(
    [
        datetime(2026, month, day, tzinfo=UTC)
        for month, day in ((3, 8), (3, 29), (4, 4), (9, 6), (10, 3), (10, 25))
    ]
)
"""Days around which one of these clocks is changed."""
AFTER = st.one_of(
    st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes)),
    st.builds(
        lambda day, minutes: day + timedelta(minutes=minutes), CHANGED, st.integers(-3 * 1440, 2 * 1440)
    ),
)


def utc(*told: int) -> datetime:
    return datetime(*told, tzinfo=UTC)  # type: ignore[arg-type,misc] # year, month, day, hour, minute


@pytest.mark.parametrize(
    ("at", "over"),
    [
        (utc(2026, 11, 30, 20, 59), utc(2026, 11, 30, 20, 59)),
        (utc(2026, 11, 30, 21), utc(2026, 12, 1, 6)),
        (utc(2026, 12, 1, 5, 59), utc(2026, 12, 1, 6)),
        (utc(2026, 12, 1, 6), utc(2026, 12, 1, 6)),
        # The clock goes from 02:00 to 03:00, and back from 03:00 to 02:00.
        (utc(2026, 3, 28, 22), utc(2026, 3, 29, 5)),
        (utc(2026, 10, 24, 22), utc(2026, 10, 25, 6)),
    ],
)
def test_the_night_ends_by_the_clock_on_the_wall(at: datetime, over: datetime) -> None:
    assert NIGHT.over(at) == over


def test_an_end_that_the_clock_shows_twice_is_the_first_that_is_still_ahead() -> None:
    early = QuietHours(start=time(1), end=time(2, 30), zone=BERLIN)
    assert early.over(utc(2026, 10, 25, 0, 15)) == utc(2026, 10, 25, 0, 30)
    assert early.over(utc(2026, 10, 25, 1, 15)) == utc(2026, 10, 25, 1, 30)


@pytest.mark.parametrize(
    ("start", "end", "at", "over"),
    [
        # The only hour that is not quiet is left out the next day.
        (time(3), time(2), utc(2027, 3, 27, 2), utc(2027, 3, 29, 0)),
        (time(3), time(2), utc(2027, 3, 27, 23), utc(2027, 3, 29, 0)),
        # The clock goes on over the end of it: it is over when it does.
        (time(22), time(2, 30), utc(2027, 3, 28, 0), utc(2027, 3, 28, 1)),
        # It is put back to where it is not quiet yet, before it is over.
        (time(2, 15), time(3, 30), utc(2027, 10, 31, 0, 45), utc(2027, 10, 31, 1)),
    ],
)
def test_an_end_that_the_clock_leaves_out_is_where_it_goes_on(
    start: time, end: time, at: datetime, over: datetime
) -> None:
    assert QuietHours(start=start, end=end, zone=BERLIN).over(at) == over


@given(HOURS, AFTER)
def test_they_are_over_at_the_first_instant_that_is_not_quiet(
    hours: tuple[time, time, str], at: datetime
) -> None:
    start, end, zone = hours
    quiet = QuietHours(start=start, end=end, zone=zone)
    over = quiet.over(at)
    assert over >= at
    assert not quiet.include(over)
    assert over - at <= timedelta(hours=49)  # Apia has left a whole day out, once
    before = at
    while before < over:
        assert quiet.include(before)
        before += timedelta(minutes=7, seconds=30)
    assert over == at or quiet.include(over - timedelta(seconds=1))


def test_who_has_none_is_told_at_any_time() -> None:
    night = utc(2026, 12, 1, 2)
    assert all(Preferences().told_at(urgency, night) == night for urgency in Urgency)


def test_what_has_to_be_told_now_wakes_who_has_not_said_otherwise() -> None:
    night, morning = utc(2026, 12, 1, 2), utc(2026, 12, 1, 6)
    assert Preferences(quiet=NIGHT).told_at(Urgency.NOW, night) == night
    assert Preferences(quiet=NIGHT).told_at(Urgency.SOON, night) == morning
    assert Preferences(quiet=NIGHT, woken=False).told_at(Urgency.NOW, night) == morning


@pytest.mark.parametrize(
    ("start", "end", "zone", "why"),
    [
        (time(7), time(7), BERLIN, "no_quiet_hours"),
        (time(22), time(7), "Europe/Nowhere", "no_such_zone"),
        (time(22), time(7), "../etc/passwd", "no_such_zone"),
        (time(22), time(7), "", "no_such_zone"),
    ],
)
def test_hours_that_nobody_could_keep_are_refused(start: time, end: time, zone: str, why: str) -> None:
    with pytest.raises(QuietHoursInvalid) as refused:
        QuietHours(start=start, end=end, zone=zone)
    assert refused.value.why.code == why
