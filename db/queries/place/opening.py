"""When a site is closed, by its opening hours in the syntax of OpenStreetMap, on its own clock.

An instant is open if the hours say so of what the site's clock shows then, also of an hour that it shows twice. What
they leave unknown is not promised.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, ParserError, State, UnknownCountryError  # type: ignore[attr-defined]

from db.tables import Site
from domain.errors import OpeningHoursInvalid, SiteClosed
from domain.facts import refused_hours as why
from domain.facts.refused_bookings import ClosedForLong, ClosedThen
from domain.place.closures import Closure, ClosureCause, Hours, Shut
from domain.place.slots import Slot

LONGEST_SEARCH = timedelta(days=366)
"""So far ahead the next opening is looked for."""
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_COMMENT = re.compile(r'"[^"]*"')
_HOLIDAY = re.compile(r"\bPH\b")
_NOT_KNOWN = re.compile(r"\b(SH|sunrise|sunset|dawn|dusk)\b")
_COLUMN = re.compile(r"--> 1:(\d+)")
_SHOWN = 40
"""Characters of a text that are told from where it cannot be read."""


def hours_of(site: Site) -> Hours:
    return Hours(text=site.opening_hours or "", zone=site.zone, country=site.country or "")


def check_hours(hours: Hours) -> None:
    """Raises OpeningHoursInvalid that names where."""
    if not hours.text and not hours.country:
        return
    said = _COMMENT.sub(lambda found: " " * len(found[0]), hours.text)
    if unknown := _NOT_KNOWN.search(said):
        raise OpeningHoursInvalid(why.HoursNotKnown(word=unknown[0], column=unknown.start() + 1))
    if not hours.country and (holiday := _HOLIDAY.search(said)):
        raise OpeningHoursInvalid(why.HolidaysNeedCountry(column=holiday.start() + 1))
    try:
        _parsed(hours if hours.text else Hours(text="24/7", zone=hours.zone, country=hours.country))
    except UnknownCountryError:
        raise OpeningHoursInvalid(why.NoSuchCountry(country=hours.country)) from None
    except ParserError as error:
        found = _COLUMN.search(str(error))
        column = int(found[1]) if found else 1
        rest = hours.text[column - 1 :][:_SHOWN]
        raise OpeningHoursInvalid(why.HoursUnreadable(column=column, rest=rest)) from None


def set_hours(site: Site, *, text: str | None, country: str | None) -> bool:
    """What is None stays; whether anything has changed. Raises OpeningHoursInvalid, and nothing has."""
    said = Hours(
        text=hours_of(site).text if text is None else text.strip(),
        zone=site.zone,
        country=site.country if country is None else country,
    )
    if said == hours_of(site):
        return False
    check_hours(said)
    site.opening_hours, site.country = said.text, said.country
    return True


def closures_of(hours: Hours, span: Slot) -> tuple[Closure, ...]:
    """When the site is closed within `span`, by start; what reaches over its ends may be cut there."""
    if not hours.text:
        return ()
    found: list[Slot] = []
    for day in _days(span):
        for closed in _closed_on(hours, day):
            if found and found[-1].end == closed.start:
                found[-1] = Slot(found[-1].start, closed.end)
            else:
                found.append(closed)
    within = (closed for closed in found if closed.overlaps(span))
    return tuple(Closure(span=closed, cause=ClosureCause.SITE_CLOSED) for closed in within)


def is_open(hours: Hours, slot: Slot) -> bool:
    """Throughout."""
    return not Shut(closures_of(hours, slot)).touches(slot)


def is_holiday(hours: Hours, at: datetime) -> bool:
    """Is it a public holiday of the site's country, on its clock? False where the country is not known."""
    return bool(hours.country) and _is_holiday(hours.country, at.astimezone(ZoneInfo(hours.zone)).date())


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """The first instant from `at` on at which it is open; None: not within LONGEST_SEARCH."""
    for day in _days(Slot(at, at + LONGEST_SEARCH)) if hours.text else ():
        for closed in _closed_on(hours, day):
            if closed.start <= at < closed.end:
                at = closed.end
        if at < _midnight(day) + _DAY:
            return at
    return None if hours.text else at


def opens_after(hours: Hours, slot: Slot) -> datetime | None:
    """When a site that is closed for some of `slot` opens next; None: as `next_opening`."""
    closed = next((c.span for c in closures_of(hours, slot)), slot)
    return next_opening(hours, max(closed.start, slot.start))


def check_open(hours: Hours, slot: Slot) -> None:
    """Raises SiteClosed that says when it opens next, unless it is open throughout."""
    if is_open(hours, slot):
        return
    opens = opens_after(hours, slot)
    raise SiteClosed(ClosedForLong() if opens is None else ClosedThen(opens=opens))


@lru_cache(maxsize=1_000)
def _parsed(hours: Hours) -> OpeningHours:
    """Asked by what the clock shows, without a zone: with one it confuses the two passes of an hour."""
    return OpeningHours(
        hours.text,
        country=hours.country or None,
        auto_country=False,
        auto_timezone=False,
        max_interval_days=LONGEST_SEARCH.days,
    )


@lru_cache(maxsize=20_000)
def _is_holiday(country: str, day: date) -> bool:
    only_then = Hours(text="PH", zone="UTC", country=country)
    return not _closed_on(only_then, day)


@lru_cache(maxsize=20_000)
def _closed_on(hours: Hours, day: date) -> tuple[Slot, ...]:
    """Of a day in UTC, by start."""
    found = []
    for steady in _steady(Slot(_midnight(day), _midnight(day) + _DAY), ZoneInfo(hours.zone)):
        ahead = _ahead(steady.start, ZoneInfo(hours.zone))
        shown = [(at + ahead).replace(tzinfo=None) for at in (steady.start, steady.end)]
        found += [
            Slot(*((at - ahead).replace(tzinfo=UTC) for at in (begin, end)))
            for begin, end, state, _comment in _parsed(hours).intervals(*shown)
            if state != State.OPEN
        ]
    return tuple(found)


def _steady(day: Slot, zone: ZoneInfo) -> list[Slot]:
    """Its parts in which the clock is not changed, which happens at full minutes."""
    before, after = day.start, day.end - _MINUTE
    if _ahead(before, zone) == _ahead(after, zone):
        return [day]
    while after - before > _MINUTE:
        middle = before + (after - before) // 2 // _MINUTE * _MINUTE
        if _ahead(middle, zone) == _ahead(day.start, zone):
            before = middle
        else:
            after = middle
    return [Slot(day.start, after), Slot(after, day.end)]


def _ahead(at: datetime, zone: ZoneInfo) -> timedelta:
    """How far the clock is ahead of UTC."""
    return at.astimezone(zone).utcoffset() or timedelta(0)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _days(span: Slot) -> Iterator[date]:
    day = span.start.date()
    while _midnight(day) < span.end:
        yield day
        day += _DAY
