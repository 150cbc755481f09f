"""A fleet's board as its page shows it: by week or day, and what has to be looked at."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from api.desk.fleets import FleetSlot
from api.web.face import on_site_clock
from api.web.visitor import Visitor
from db.queries.fleets import DriverLine
from db.tables import Site
from domain.reservation.astray import Astray
from domain.reservation.lifecycle import State

_EARLIEST, _LATEST = 6, 20
"""Hours that a day shows at least, on the site's clock."""
_PARTS = 4
"""Columns of an hour."""
_HOUR_S = 3_600
_NEVER_HELD = (State.REQUESTED, State.DECLINED)


class Span(StrEnum):
    WEEK = "week"
    DAY = "day"

    @property
    def days(self) -> int:
        return 7 if self is Span.WEEK else 1


class Rows(StrEnum):
    DRIVERS = "drivers"
    VEHICLES = "vehicles"
    """What each driver usually drives; who drives none has a line of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`starts`, `ends`: hours of `day`, which is the site's; `clock`, `until`, `when`: the same as people read them."""

    code: str
    who: str
    day: date
    clock: str
    until: str
    when: str
    site: str
    state: State
    amiss: Astray | None
    starts: float
    ends: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`width`: in columns. `slot` None: nothing is booked."""

    width: int
    slot: Shown | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`days`: what is booked, by day. `lanes`: of one day, what does not overlap beside each other."""

    name: str
    days: Mapping[date, Sequence[Shown]]
    lanes: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`hours`: of a single day, those that have columns."""

    span: Span
    rows: Rows
    first: date
    days: Sequence[date]
    lines: Sequence[Line]
    hours: Sequence[int]

    @property
    def before(self) -> date:
        return self.first - timedelta(days=self.span.days)

    @property
    def after(self) -> date:
        return self.first + timedelta(days=self.span.days)

    def by_day(self) -> Iterator[tuple[date, list[Shown]]]:
        """What there is on each, in the order of its clock."""
        for day in self.days:
            found = [slot for line in self.lines for slot in line.days.get(day, ())]
            yield day, sorted(found, key=lambda slot: (slot.starts, slot.who))


def reaching(first: date, days: int) -> tuple[datetime, datetime]:
    """Whatever site's clock says that it is one of these days, it begins between the two."""
    begins = datetime.combine(first, time(), UTC) - timedelta(days=1)
    return begins, begins + timedelta(days=days + 2)


def names_of(drivers: Iterable[DriverLine], rows: Rows) -> dict[str, str]:
    """What the line of each driver is called."""
    return {one.driver.id: _name(one, rows) for one in drivers}


def _name(one: DriverLine, rows: Rows) -> str:
    if rows is Rows.VEHICLES and one.vehicle is not None:
        return one.vehicle.plate or one.vehicle.id
    return one.driver.id


def shown(
    slots: Iterable[FleetSlot], sites: Mapping[str, Site], visitor: Visitor, names: Mapping[str, str]
) -> list[Shown]:
    """`names`: of drivers' lines; who is not there is called by their id."""
    return [_shown(slot, sites[slot.site_id], visitor, names) for slot in slots]


def board(
    span: Span, first: date, names: Iterable[str], slots: Iterable[Shown], rows: Rows = Rows.DRIVERS
) -> Board:
    """A line for each name, whatever is booked, and for who else has something."""
    days = [first + timedelta(days=n) for n in range(span.days)]
    found: dict[str, dict[date, list[Shown]]] = defaultdict(lambda: defaultdict(list))
    there = [slot for slot in slots if slot.day in days and slot.state not in _NEVER_HELD]
    for slot in sorted(there, key=lambda one: (one.starts, one.code)):
        found[slot.who][slot.day].append(slot)
    hours = _hours(there) if span is Span.DAY else range(0)
    lines = [
        Line(
            name=name,
            days={day: tuple(slots) for day, slots in found[name].items()},
            lanes=_lanes(found[name].get(first, ()), hours) if hours else (),
        )
        for name in sorted({*names, *found})
    ]
    return Board(span=span, rows=rows, first=first, days=days, lines=lines, hours=hours)


def _shown(slot: FleetSlot, site: Site, visitor: Visitor, names: Mapping[str, str]) -> Shown:
    zone, reader = ZoneInfo(site.zone), on_site_clock(visitor, site.zone).reader
    local = slot.start.astimezone(zone)
    starts = local.hour + local.minute / 60
    return Shown(
        code=slot.code,
        who=names.get(slot.driver_id, slot.driver_id),
        day=local.date(),
        clock=reader.clock(slot.start),
        until=reader.clock(slot.end),
        when=reader.span(slot.start, slot.end),
        site=site.name,
        state=slot.state,
        amiss=slot.amiss,
        starts=starts,
        ends=min(24.0, starts + (slot.end - slot.start).total_seconds() / _HOUR_S),
    )


def _hours(slots: Sequence[Shown]) -> range:
    earliest = min((int(slot.starts) for slot in slots), default=_EARLIEST)
    latest = max((-int(-slot.ends // 1) for slot in slots), default=_LATEST)
    return range(min(_EARLIEST, earliest), min(24, max(_LATEST, latest)))


def _lanes(slots: Sequence[Shown], hours: range) -> list[list[Cell]]:
    """`slots`: in the order of their starts. One lane at least."""
    lanes: list[list[Shown]] = [[]]
    for slot in slots:
        begins = _columns(slot, hours)[0]
        free = next((lane for lane in lanes if not lane or _columns(lane[-1], hours)[1] <= begins), None)
        if free is None:
            lanes.append([slot])
        else:
            free.append(slot)
    return [list(_cells(lane, hours)) for lane in lanes]


def _cells(lane: Sequence[Shown], hours: range) -> Iterator[Cell]:
    at = 0
    for slot in lane:
        starts, ends = _columns(slot, hours)
        if starts > at:
            yield Cell(width=starts - at, slot=None)
        yield Cell(width=ends - starts, slot=slot)
        at = ends
    if at < len(hours) * _PARTS:
        yield Cell(width=len(hours) * _PARTS - at, slot=None)


def _columns(slot: Shown, hours: range) -> tuple[int, int]:
    """From which to which: begun ones count whole, and one at least."""
    starts = int((slot.starts - hours[0]) * _PARTS)
    ends = -int(-(slot.ends - hours[0]) * _PARTS // 1)
    return starts, max(ends, starts + 1)
