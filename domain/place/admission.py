"""When one caller may use which places of a site, by its access rules."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from domain.place.connectors import PoolConnector
from domain.place.slots import Slot
from domain.terms.access_rules import AccessLine, AccessRules, Caller, Spot, deciding, who_may

AHEAD = timedelta(days=14)
"""So far ahead is looked for a time at which somebody may."""
_DAY = timedelta(days=1)
_HALF_HOUR = timedelta(minutes=30)
"""Clocks are changed at such instants only."""
_AROUND = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Admission:
    """What one caller may use of a site; `zone`: IANA name of its clock."""

    rules: AccessRules
    caller: Caller
    zone: str
    _known: dict[Spot, tuple[Slot, list[Slot]]] = field(default_factory=dict, compare=False, repr=False)

    def may(self, spot: Spot, at: datetime) -> bool:
        line = deciding(self.rules, self.caller, spot, at.astimezone(ZoneInfo(self.zone)))
        return line is None or line.allow

    def who_may(self, spot: Spot, at: datetime) -> tuple[str, ...]:
        return who_may(self.rules, spot, at.astimezone(ZoneInfo(self.zone)))

    def may_throughout(self, spot: Spot, slot: Slot) -> bool:
        spans = self._spans(spot, slot)
        before = bisect_right(spans, slot.start, key=lambda span: span.start)
        return before > 0 and slot.end <= spans[before - 1].end

    def until(self, spot: Spot, at: datetime, ahead: timedelta = AHEAD) -> datetime | None:
        """Who may at `at` may until then, as far as `ahead`; None: for longer."""
        span = next((one for one in self.open_spans(spot, at, at + ahead) if one.start <= at), None)
        return None if span is None or span.end >= at + ahead else span.end

    def kept_from(self, spot: Spot, at: datetime, ahead: timedelta) -> tuple[datetime, str] | None:
        """From when on they may not, with the line that says so; `at`: already. None: not as far as `ahead`."""
        since = self.until(spot, at, ahead) if self.may(spot, at) else at
        if since is None:
            return None
        line = deciding(self.rules, self.caller, spot, since.astimezone(ZoneInfo(self.zone)))
        return since, "" if line is None else line.name

    def next_open(self, spots: Iterable[Spot], slot: Slot) -> datetime | None:
        """When a slot as long as this, later than it begins, could start at any of them; None: not within AHEAD."""
        return min(
            (
                max(span.start, slot.start)
                for spot in spots
                for span in self.open_spans(spot, slot.start, slot.start + AHEAD)
                if span.end - span.start >= slot.end - slot.start
            ),
            default=None,
        )

    def open_spans(self, spot: Spot, start: datetime, end: datetime) -> list[Slot]:
        """Between the two, in order, apart from each other: when they may. Aware UTC."""
        instants = [start, *_changes(self.rules.lines, spot, ZoneInfo(self.zone), start, end), end]
        spans: list[Slot] = []
        for begin, until in pairwise(instants):
            if begin >= until or not self.may(spot, begin):
                continue
            if spans and spans[-1].end == begin:
                spans[-1] = Slot(spans[-1].start, until)
            else:
                spans.append(Slot(begin, until))
        return spans

    def _spans(self, spot: Spot, slot: Slot) -> list[Slot]:
        """Around the slot: kept, as neighbours are asked next."""
        kept = self._known.get(spot)
        if kept is None or slot.start < kept[0].start or kept[0].end < slot.end:
            around = Slot(slot.start - _DAY, slot.end + _AROUND)
            if kept is not None:
                around = Slot(min(around.start, kept[0].start), max(around.end, kept[0].end))
            kept = around, self.open_spans(spot, around.start, around.end)
            self._known[spot] = kept
        return kept[1]


def admitted(
    admission: Admission | None, spots: Mapping[Spot, frozenset[int]], slot: Slot
) -> frozenset[int] | None:
    """Those at `spots` that the caller may use throughout the slot; None: all, whatever comes to be installed there."""
    if admission is None:
        return None
    may = [ids for spot, ids in spots.items() if admission.may_throughout(spot, slot)]
    return None if len(may) == len(spots) else frozenset[int]().union(*may)


def spot_of(connector: PoolConnector) -> Spot:
    return Spot(bay=connector.bay, pool_id=connector.pool_id)


def _changes(
    lines: Iterable[AccessLine], spot: Spot, zone: ZoneInfo, start: datetime, end: datetime
) -> list[datetime]:
    """Instants between the two at which a line begins or ceases to cover; also some at which none does."""
    there = [line for line in lines if line.is_at(spot)]
    clocks = {at for line in there for span in line.weekly for at in (span.start, span.end)}
    if any(line.dates or line.weekly for line in there):
        clocks.add(time(0))
    found = set(_when_clocks_change(zone, start, end)) if clocks else set()
    day = start.astimezone(zone).date() - _DAY
    while clocks and day <= end.astimezone(zone).date():
        found |= {datetime.combine(day, at, zone).astimezone(start.tzinfo) for at in clocks}
        day += _DAY
    return sorted(at for at in found if start < at < end)


def _when_clocks_change(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """What is skipped or repeated begins then, for whoever looks at the clock."""
    day = start.replace(minute=0, second=0, microsecond=0)
    while day < end:
        if day.astimezone(zone).utcoffset() != (day + _DAY).astimezone(zone).utcoffset():
            yield from (day + number * _HALF_HOUR for number in range(2 * 24 + 1))
        day += _DAY
