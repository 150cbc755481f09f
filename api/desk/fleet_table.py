"""Bookings that a fleet hands over as a table (CSV): each line read, or why it cannot be.

Dates may be written as 24.11.2026. A line is known by who wants to be where and when, so that it books nothing twice,
whatever else the file says by then: one that was mended for three of its lines has all others again.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from api.desk.tables import Columns, rows_of
from db.tables import Site

MOST_LINES = 500
_NAMES: Mapping[str, str] = {
    "driver": "driver",
    "fahrer": "driver",
    "site": "site",
    "standort": "site",
    "date": "date",
    "datum": "date",
    "start": "start",
    "von": "start",
    "end": "end",
    "bis": "end",
    "cost_center": "cost_center",
    "kostenstelle": "cost_center",
    "reference": "reference",
    "referenz": "reference",
}
_NEEDED = frozenset({"driver", "site", "date", "start", "end"})
_COLUMNS = Columns(names=_NAMES, needed=_NEEDED, most_lines=MOST_LINES)
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(:00)?")
_LONGEST = 64
_YEARS = range(2000, 2200)


class Flaw(StrEnum):
    DRIVER_UNKNOWN = "driver_unknown"
    SITE_UNKNOWN = "site_unknown"
    SITE_AMBIGUOUS = "site_ambiguous"
    DAY_UNREADABLE = "day_unreadable"
    TIME_UNREADABLE = "time_unreadable"
    IN_PAST = "in_past"
    TEXT_UNUSABLE = "text_unusable"
    COST_CENTER_UNKNOWN = "cost_center_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLine:
    """`number`: in the text, the header is 1. `flaw` None: it can be asked for; then there are a slot, a site, and a
    `key`: the same of the same line in any text, another one of each that says the same within one.
    """

    number: int
    driver_id: str
    site_name: str
    flaw: Flaw | None = None
    site_id: str = ""
    start: datetime | None = None
    end: datetime | None = None
    cost_center: str = ""
    reference: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`drivers`: ids of the fleet's own. `centers`: codes on which it may be booked; None: it keeps none, and names
    whichever.
    """

    drivers: Collection[str]
    sites: Sequence[Site]
    centers: Collection[str] | None


def lines_of(text: str, known: Known, now: datetime) -> list[TableLine]:
    """Raises UnusableTable."""
    sites = _by_name(known.sites)
    return _keyed([_line(number, cells, known, sites, now) for number, cells in rows_of(text, _COLUMNS)])


def _by_name(sites: Sequence[Site]) -> dict[str, Sequence[Site]]:
    """By names, however they are capitalised, and by ids, which are nobody else's name."""
    found: dict[str, list[Site]] = {}
    for site in sites:
        found.setdefault(site.name.casefold(), []).append(site)
    return {**found, **{site.id.casefold(): [site] for site in sites}}


def _keyed(lines: Sequence[TableLine]) -> list[TableLine]:
    seen: Counter[str] = Counter()
    keyed = []
    for line in lines:
        if line.start is None or line.end is None:
            keyed.append(line)
            continue
        wanted = (line.driver_id, line.site_id, line.start.isoformat(), line.end.isoformat())
        digest = hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:24]
        seen[digest] += 1
        keyed.append(replace(line, key=f"csv-{digest}-{seen[digest]}"))
    return keyed


def _line(
    number: int,
    cells: Mapping[str, str],
    known: Known,
    sites: Mapping[str, Sequence[Site]],
    now: datetime,
) -> TableLine:
    driver, name = cells.get("driver", ""), cells.get("site", "")
    center, reference = cells.get("cost_center", ""), cells.get("reference", "")
    named, slot = sites.get(name.casefold(), ()), None
    site = named[0] if len(named) == 1 else None
    if driver not in known.drivers:
        flaw: Flaw | None = Flaw.DRIVER_UNKNOWN
    elif site is None:
        flaw = Flaw.SITE_AMBIGUOUS if named else Flaw.SITE_UNKNOWN
    elif not all(len(one) <= _LONGEST and one.isprintable() for one in (center, reference)):
        flaw = Flaw.TEXT_UNUSABLE
    elif center and known.centers is not None and center not in known.centers:
        flaw = Flaw.COST_CENTER_UNKNOWN
    else:
        slot, flaw = _slot(cells, ZoneInfo(site.zone), now)
    return TableLine(
        number=number,
        driver_id=driver[:_LONGEST],
        site_name=name[:_LONGEST],
        flaw=flaw,
        site_id="" if site is None else site.id,
        start=None if slot is None else slot[0],
        end=None if slot is None else slot[1],
        cost_center=center,
        reference=reference,
    )


def _slot(
    cells: Mapping[str, str], zone: ZoneInfo, now: datetime
) -> tuple[tuple[datetime, datetime] | None, Flaw | None]:
    """On the site's clock; an end that is no later than the start is on the next day."""
    day = _day(cells.get("date", ""))
    if day is None:
        return None, Flaw.DAY_UNREADABLE
    begins, ends = _clock(cells.get("start", "")), _clock(cells.get("end", ""))
    if begins is None or ends is None:
        return None, Flaw.TIME_UNREADABLE
    last = day if ends > begins else day + timedelta(days=1)
    start = datetime.combine(day, begins, zone).astimezone(UTC)
    end = datetime.combine(last, ends, zone).astimezone(UTC)
    if end <= start:  # a change of the clocks
        return None, Flaw.TIME_UNREADABLE
    return ((start, end), None) if start >= now else (None, Flaw.IN_PAST)


def _day(said: str) -> date | None:
    german = _GERMAN_DAY.fullmatch(said)
    try:
        day = date(*(int(german[n]) for n in (3, 2, 1))) if german else date.fromisoformat(said)
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def _clock(said: str) -> time | None:
    found = _CLOCK.fullmatch(said)
    return None if found is None else time(int(found[1]), int(found[2]))
