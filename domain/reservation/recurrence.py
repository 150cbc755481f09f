"""When a booking recurs: by day or week, on the site's clock, with exceptions. After RFC 5545 (RRULE, EXDATE).

A wall-clock time that a change of the clocks leaves out is read by the offset before it (02:30 becomes 03:30), one that
comes twice is the first. Each slot lasts as long, in time passed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count, islice, takewhile
from zoneinfo import ZoneInfo

from domain.errors import SeriesUnusable
from domain.facts.refused_series import NoDateLeft, NoEndOfSeries, TooManyDates
from domain.place.slots import Slot

MOST = 366
"""Dates of one series."""
_EARLIEST, _LATEST = date(1970, 1, 1), date(2999, 12, 31)
"""Beyond them there are no dates."""


class SeriesState(StrEnum):
    OPEN = "open"
    UNDOING = "undoing"
    """Of all or nothing one date was refused, and what was booked is being cancelled."""
    REFUSED = "refused"
    """What of it is booked all the same is its driver's, who had come before it could be cancelled."""


class SeriesDateState(StrEnum):
    PLANNED = "planned"
    BOOKED = "booked"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """`first`: the first day. `weekdays`: 0 Monday to 6 Sunday, empty: any day, or that of `first` by the week.

    Either `until`, the last day, or `times`, which counts what is `without`, too. `lasts` None: not known yet.
    """

    first: date
    at: time
    lasts: timedelta | None
    every: Every = Every.WEEK
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    times: int | None = None
    without: tuple[date, ...] = ()


def slots_of(rule: Recurrence, zone: str) -> dict[date, Slot]:
    """By the day each begins on, at most MOST, of a rule that says how long. Raises SeriesUnusable, and SlotInvalid as
    Slot does.
    """
    if rule.lasts is None:
        raise ValueError("a series by energy gets its length first")
    return {day: Slot(start, start + rule.lasts) for day, start in starts_of(rule, zone).items()}


def starts_of(rule: Recurrence, zone: str) -> dict[date, datetime]:
    """By the day, in order. Raises SeriesUnusable."""
    if (rule.until is None) == (rule.times is None):
        raise SeriesUnusable(NoEndOfSeries())
    if not _EARLIEST <= rule.first <= _LATEST:
        raise SeriesUnusable(NoDateLeft())
    days = takewhile(lambda day: day <= _LATEST, _days(rule))
    if rule.until is not None:
        last = rule.until
        days = takewhile(lambda day: day <= last, days)
    found = list(islice(days, rule.times if rule.times is not None else MOST + 1))
    if len(found) > MOST:
        raise SeriesUnusable(TooManyDates(most=MOST))
    kept = [day for day in found if day not in rule.without]
    if not kept:
        raise SeriesUnusable(NoDateLeft())
    return {day: _start(rule, day, ZoneInfo(zone)) for day in kept}


def _days(rule: Recurrence) -> Iterator[date]:
    if rule.every is Every.DAY:
        every = (rule.first + timedelta(days=n * rule.interval) for n in _numbers(rule.first, rule.interval))
        return (day for day in every if not rule.weekdays or day.weekday() in rule.weekdays)
    monday = rule.first - timedelta(days=rule.first.weekday())
    wanted = sorted(set(rule.weekdays)) or [rule.first.weekday()]
    weeks = (monday + timedelta(weeks=n * rule.interval) for n in _numbers(monday, 7 * rule.interval))
    days = (week + timedelta(days=weekday) for week in weeks for weekday in wanted)
    return (day for day in days if day >= rule.first)


def _numbers(first: date, step_days: int) -> Iterator[int]:
    """As far as the calendar goes, less a week."""
    most = ((date.max - first).days - 7) // step_days
    return takewhile(lambda n: n <= most, count())


def _start(rule: Recurrence, day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, rule.at, tzinfo=zone).astimezone(UTC)
