"""The berths of a pool by number, with what is taken of each in order of time: quick to ask over and over.

A set of berths is an int here, a bit each.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from domain.place.holds import OpenHold
from domain.place.places import Places
from domain.place.slots import Slot


class Entry(NamedTuple):
    """Compares by time: none of a berth overlap. `hold` None: who has just been placed."""

    start: datetime
    end: datetime
    hold_id: int
    span: Slot
    hold: OpenHold | None


Taken = list[list[Entry]]
"""By number of the berth, in order."""


class Rows:
    """For all wishes that share `places`. `wanted`: berths, the ones to be given first first. `holds`: none overlap on
    a berth. `lingering`: time that is taken beside them.
    """

    def __init__(
        self,
        places: Places,
        wanted: Sequence[int],
        holds: Iterable[OpenHold],
        lingering: Iterable[OpenHold],
        now: datetime,
    ) -> None:
        self.berths = [*dict.fromkeys((*wanted, *sorted(places.serving)))]
        self.wanted = (1 << len({*wanted})) - 1
        self._places = places
        self._number = {berth: number for number, berth in enumerate(self.berths)}
        self._now = now
        self.taken = self._by_number(holds)
        self._beside = self._by_number(lingering)
        self._fixed = [[e for e in each if e.hold and e.hold.is_settled(now)] for each in self.taken]
        self._goes: dict[int, int] = {}
        self._may_be_on: dict[int, int] = {}

    def is_free(self, number: int, span: Slot, taken: Taken) -> bool:
        return not overlapping(taken[number], span) and not self.is_beside(number, span)

    def is_beside(self, number: int, span: Slot) -> bool:
        """Does somebody linger there then?"""
        return bool(overlapping(self._beside[number], span))

    def goes(self, entry: Entry) -> int:
        """Berths that it may go to; none: it is fixed."""
        if entry.hold_id not in self._goes:
            fixed = entry.hold is None or entry.hold.is_settled(self._now)
            berths = () if fixed or entry.hold is None else self._places.berths_of(entry.hold)
            self._goes[entry.hold_id] = sum(1 << self._number[berth] for berth in berths)
        return self._goes[entry.hold_id]

    def may_be_on(self, entry: Entry) -> int:
        """Whoever else moves; and also where it would not be given a place but is."""
        if entry.hold_id not in self._may_be_on:
            home = 0 if entry.hold is None else 1 << self._number[entry.hold.berth_id]
            goes = self.goes(entry)
            self._may_be_on[entry.hold_id] = home | (goes & ~self.barred(entry.span) if goes else 0)
        return self._may_be_on[entry.hold_id]

    def barred(self, span: Slot) -> int:
        """Berths that somebody who is fixed has for some of it."""
        return sum(1 << number for number, each in enumerate(self._fixed) if overlapping(each, span))

    def _by_number(self, holds: Iterable[OpenHold]) -> Taken:
        found: Taken = [[] for _ in self.berths]
        for hold in holds:
            if hold.berth_id in self._number:
                entry = Entry(hold.window.start, hold.window.end, hold.id, hold.window, hold)
                found[self._number[hold.berth_id]].append(entry)
        for each in found:
            each.sort()
        return found


def bits(numbers: int) -> Iterator[int]:
    """The lowest first."""
    while numbers:
        lowest = numbers & -numbers
        yield lowest.bit_length() - 1
        numbers ^= lowest


def overlapping(taken: Sequence[Entry], span: Slot) -> Sequence[Entry]:
    after = bisect_left(taken, (span.end,))
    first = after
    while first and taken[first - 1].end > span.start:
        first -= 1
    return taken[first:after]
