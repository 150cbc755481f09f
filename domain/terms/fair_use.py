"""Fair use: how much one person may have booked, and when somebody who does not come has to wait.

Of one person all drivers count together whom operators have joined as one (`people`). What counts is booked time that
was not given back: open, used or missed. Each refusal says when it ends.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import CoolingOff, StayTooLong, WeeklyHoursUsed
from domain.facts.refused_people import MissedTooOften, StaysTooLong, WeekFull

_WEEK = timedelta(days=7)
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShowRules:
    """Who missed `most` bookings whose slots began within the time books nothing for `cooling_off`, counted from the
    start of the slot that was missed last. What was waived, or not due as the failure was ours, was not missed."""

    most: int = 3
    within: timedelta = timedelta(days=90)
    cooling_off: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class FairUse:
    """None: no limit. How many bookings may be open, and whether they may overlap, are figures of the policy itself."""

    weekly: timedelta | None = None
    """So much one person may have booked in a week, Monday to Sunday on the site's clock, by the start of the slots."""
    longest_stay: timedelta | None = None
    """So long slots of one person at the site may last that follow one another: they are spent on one berth."""
    pause: timedelta = timedelta(minutes=30)
    """Slots with less between them follow one another."""
    no_shows: NoShowRules | None = None

    def counts_since(self, start: datetime) -> datetime | None:
        """For a slot that begins at `start`: nothing counts that ended by then. None: nothing counts at all."""
        back = [] if self.weekly is None else [_WEEK + timedelta(days=1)]
        if self.longest_stay is not None:
            back.append(self.longest_stay + self.pause)
        return start - max(back) if back else None

    def misses_since(self, now: datetime) -> datetime | None:
        rules = self.no_shows
        return None if rules is None else now - rules.within - rules.cooling_off


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Booked time of a person, without what is asked for."""

    site_id: str
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def check_fair_use(rules: FairUse, asked: Used, zone: str, used: Collection[Used]) -> None:
    """`zone`: of the site's clock. Raises WeeklyHoursUsed, StayTooLong."""
    _check_week(rules, asked, zone, used)
    _check_stay(rules, asked, used)


def check_no_shows(rules: FairUse, missed: Collection[datetime], now: datetime) -> None:
    """`missed`: starts of the slots. Raises CoolingOff."""
    until = max(_coolings(rules.no_shows, sorted(missed)), default=now) if rules.no_shows else now
    if now < until:
        raise CoolingOff(MissedTooOften(ends_at=until))


def _coolings(rules: NoShowRules, missed: list[datetime]) -> Iterator[datetime]:
    """Ends of them."""
    for first, last in zip(missed, missed[rules.most - 1 :], strict=False):
        if last - first <= rules.within:
            yield last + rules.cooling_off


def _check_week(rules: FairUse, asked: Used, zone: str, used: Collection[Used]) -> None:
    if rules.weekly is None:
        return
    clock = ZoneInfo(zone)
    day = asked.start.astimezone(clock).date()
    monday = day - timedelta(days=day.weekday())
    begins, ends = (datetime.combine(at, time(0), clock).astimezone(UTC) for at in (monday, monday + _WEEK))
    before = sum((one.length for one in used if begins <= one.start < ends), start=_NOTHING)
    if before + asked.length > rules.weekly:
        raise WeeklyHoursUsed(
            WeekFull(most=rules.weekly, left=max(rules.weekly - before, _NOTHING), ends_at=ends)
        )


def _check_stay(rules: FairUse, asked: Used, used: Collection[Used]) -> None:
    if rules.longest_stay is None:
        return
    there = [one for one in used if one.site_id == asked.site_id]
    begins, ends = _stay(asked.start, asked.end, rules.pause, there)
    if ends - begins <= rules.longest_stay:
        return
    opens = None if asked.length > rules.longest_stay else _after(asked, rules, there)
    raise StayTooLong(StaysTooLong(longest=rules.longest_stay, pause=rules.pause, ends_at=opens))


def _after(asked: Used, rules: FairUse, there: Collection[Used]) -> datetime:
    """When a slot as long as this could begin, later."""
    start = asked.start
    while True:
        begins, ends = _stay(start, start + asked.length, rules.pause, there)
        if rules.longest_stay is None or ends - begins <= rules.longest_stay:
            return start
        start = max(one.end for one in there if begins <= one.start and one.end <= ends) + rules.pause


def _stay(
    begins: datetime, ends: datetime, pause: timedelta, there: Collection[Used]
) -> tuple[datetime, datetime]:
    """From when until when a person is there who has a slot in that time."""
    left = list(there)
    while True:
        near = [one for one in left if one.start < ends + pause and begins < one.end + pause]
        if not near:
            return begins, ends
        begins = min(begins, *(one.start for one in near))
        ends = max(ends, *(one.end for one in near))
        left = [one for one in left if one not in near]
