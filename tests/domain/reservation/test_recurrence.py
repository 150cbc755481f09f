"""When what recurs comes: by the site's clock, also where the clocks change; ended, counted, with exceptions."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import SeriesUnusable
from domain.reservation.recurrence import MOST, Every, Recurrence, slots_of

BERLIN = "Europe/Berlin"
HOUR = timedelta(hours=1)
MONDAY = date(2030, 6, 3)


def test_mondays_and_thursdays_of_every_other_week_without_a_holiday() -> None:
    rule = Recurrence(
        first=date(2030, 12, 12),
        at=time(18),
        lasts=HOUR,
        interval=2,
        weekdays=(0, 3),
        times=4,
        without=(date(2030, 12, 26),),
    )
    found = slots_of(rule, BERLIN)
    assert list(found) == [date(2030, 12, 12), date(2030, 12, 23), date(2031, 1, 6)]
    assert found[date(2030, 12, 23)].start == datetime(2030, 12, 23, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "start"),
    [
        (date(2030, 3, 31), time(2, 30), datetime(2030, 3, 31, 1, 30, tzinfo=UTC)),  # left out: 03:30 there
        (
            date(2030, 10, 27),
            time(2, 30),
            datetime(2030, 10, 27, 0, 30, tzinfo=UTC),
        ),  # comes twice: the first
    ],
)
def test_a_time_that_the_clocks_leave_out_or_repeat(day: date, at: time, start: datetime) -> None:
    rule = Recurrence(first=day - timedelta(days=1), at=at, lasts=3 * HOUR, every=Every.DAY, times=3)
    slot = slots_of(rule, BERLIN)[day]
    assert (slot.start, slot.length) == (start, 3 * HOUR)


RULES = st.builds(
    Recurrence,
    first=st.dates(date(2028, 1, 1), date(2031, 12, 31)),  # with a leap day
    at=st.times(),
    lasts=st.timedeltas(timedelta(minutes=1), timedelta(days=2)),
    every=st.sampled_from(Every),
    interval=st.integers(1, 5),
    weekdays=st.lists(st.integers(0, 6), max_size=4, unique=True).map(tuple),
    times=st.just(None) | st.integers(1, 30),
    without=st.lists(st.dates(date(2028, 1, 1), date(2031, 12, 31)), max_size=3).map(tuple),
)


@given(RULES, st.integers(0, 200))
def test_each_day_of_the_rule_is_there_and_no_other(rule: Recurrence, until: int) -> None:
    last = rule.first + timedelta(days=until)
    if rule.times is None:
        rule = Recurrence(**{name: getattr(rule, name) for name in rule.__slots__} | {"until": last})
    try:
        found = slots_of(rule, BERLIN)
    except SeriesUnusable:
        found = {}
    monday = rule.first - timedelta(days=rule.first.weekday())
    expected: list[date] = []
    for n in range(30 * 5 * 7 * 7):
        day = rule.first + timedelta(days=n)
        if rule.until is not None and day > rule.until:
            break
        if rule.every is Every.DAY:
            fits = n % rule.interval == 0 and (not rule.weekdays or day.weekday() in rule.weekdays)
        else:
            weekdays = rule.weekdays or (rule.first.weekday(),)
            fits = (day - monday).days // 7 % rule.interval == 0 and day.weekday() in weekdays
        if fits:
            expected.append(day)
        if rule.times is not None and len(expected) == rule.times:
            break
    assert list(found) == [day for day in expected if day not in rule.without]
    for day, slot in found.items():
        there = slot.start.astimezone(ZoneInfo(BERLIN))
        assert slot.length == rule.lasts
        assert there.date() == day
        assert there.time() == rule.at or timedelta(0) < _apart(there.time(), rule.at) <= HOUR


def test_the_calendar_ends_some_day() -> None:
    rule = Recurrence(first=date(2999, 1, 1), at=time(12), lasts=HOUR, interval=366, times=366)
    assert list(slots_of(rule, BERLIN)) == [date(2999, 1, 1)]


def _apart(one: time, other: time) -> timedelta:
    day = date(2030, 1, 1)
    return datetime.combine(day, one) - datetime.combine(day, other)


@pytest.mark.parametrize(
    "over",
    [
        {},
        {"times": 2, "until": MONDAY},
        {"until": MONDAY - timedelta(days=1)},
        {"first": date.min, "times": 1},
        {"first": date.max, "times": 1},
        {"times": 1, "without": (MONDAY,)},
        {"every": Every.DAY, "until": MONDAY + timedelta(days=MOST)},
        {"every": Every.DAY, "interval": 7, "weekdays": (1,), "times": 1},
    ],
)
def test_a_rule_without_an_end_or_without_a_date_is_refused(over: dict[str, object]) -> None:
    with pytest.raises(SeriesUnusable):
        slots_of(Recurrence(**({"first": MONDAY, "at": time(12), "lasts": HOUR} | over)), BERLIN)  # type: ignore[arg-type]
