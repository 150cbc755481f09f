"""What is taken of the berths of a pool, quick to ask over and over.

Holds are numbered by when they begin, and berths by the order in which they are wanted: a set of either is an int here,
a bit each, and who overlaps whom is a few operations on such ints.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from domain.place.holds import OpenHold
from domain.place.places import Places
from domain.place.slots import Slot


class Around(NamedTuple):
    """Who has some of a window (`there`), and who all of it (`throughout`), of the holds.

    `moment`: the same for all windows that the same holds have some of.
    """

    there: int
    throughout: int
    moment: tuple[int, int]


class Ways(NamedTuple):
    """Of one hold: berths that it may go to, as far as nobody lingers there, and those of them that are `free` for as
    long as it takes; holds that have some of its time (`beside`), itself among them.
    """

    may: int
    free: int
    beside: int


class Timeline:
    """`holds` in the order of time, and who of them has `begun` and who is `over` when."""

    def __init__(self, holds: Iterable[OpenHold], now: datetime) -> None:
        self.holds = sorted(holds, key=lambda hold: (hold.window.start, hold.window.end, hold.id))
        self.settled = sum(1 << one for one, hold in enumerate(self.holds) if hold.is_settled(now))
        self.starts = [hold.window.start for hold in self.holds]
        by_end = sorted(range(len(self.holds)), key=lambda one: self.holds[one].window.end)
        self._ends = [self.holds[one].window.end for one in by_end]
        self._over = [0]
        for one in by_end:
            self._over.append(self._over[-1] | 1 << one)

    def around(self, window: Slot) -> Around:
        begun, over = bisect_left(self.starts, window.end), bisect_right(self._ends, window.start)
        before = (1 << bisect_right(self.starts, window.start)) - 1
        return Around(
            there=(1 << begun) - 1 & ~self._over[over],
            throughout=before & ~self._over[bisect_left(self._ends, window.end)],
            moment=(begun, over),
        )

    def begun(self, window: Slot) -> tuple[int, int]:
        """The first one that begins within it, and the first one after."""
        return bisect_right(self.starts, window.start), bisect_left(self.starts, window.end)

    def at(self, instant: datetime) -> int:
        """Who is there."""
        begun = (1 << bisect_right(self.starts, instant)) - 1
        return begun & ~self._over[bisect_right(self._ends, instant)]


class Rows:
    """For all wishes that share `places`. `wanted`: berths, the ones to be given first first. Of `times` none overlap
    on a berth. `lingering`: time that is taken beside them.

    `on`: by berth, who is there. `home`: by hold, its berth; -1: one that does not serve.
    """

    def __init__(
        self, places: Places, wanted: Sequence[int], times: Timeline, lingering: Iterable[OpenHold]
    ) -> None:
        self.berths = [*dict.fromkeys((*wanted, *sorted(places.serving)))]
        self.wanted, self.all = (1 << len({*wanted})) - 1, (1 << len(self.berths)) - 1
        self.holds = times.holds
        self._places = places
        self._times = times
        self._number = {berth: number for number, berth in enumerate(self.berths)}
        self._lingering = [
            (self._number[hold.berth_id], hold.window) for hold in lingering if hold.berth_id in self._number
        ]
        self.home = [self._number.get(hold.berth_id, -1) for hold in self.holds]
        self.on = [0] * len(self.berths)
        for one, number in enumerate(self.home):
            if number >= 0:
                self.on[number] |= 1 << one
        self._berth = [1 << number if number >= 0 else 0 for number in self.home]
        self._known = self._movable = self._outward = 0
        """Of whom it is known where they may go, who may go at all, and who from all that is wanted."""
        self._goes: dict[int, int] = {}
        self._may_be_on: dict[int, int] = {}
        self._ways: dict[int, Ways] = {}

    def around(self, window: Slot) -> Around:
        """Others of the pool are among them, too, on berths that do not serve."""
        return self._times.around(window)

    def berths_of(self, holds: int) -> int:
        """Where they are."""
        found = 0
        for one in bits(holds):
            found |= self._berth[one]
        return found

    def crowds(self, window: Slot) -> list[int]:
        """Who is there at one instant, of each instant of the window after which somebody leaves before others come."""
        begin, begun = self._times.begun(window)
        found: list[int] = []
        for at in (window.start, *dict.fromkeys(self._times.starts[begin:begun])):
            alive = self._times.at(at)
            if found and not found[-1] & ~alive:
                found.pop()
            found.append(alive)
        return found

    def goes(self, one: int) -> int:
        """Berths that it may go to; none: it is fixed."""
        if one not in self._goes:
            fixed = self._times.settled >> one & 1
            berths = () if fixed else self._places.berths_of(self.holds[one])
            self._goes[one] = sum(1 << self._number[berth] for berth in berths)
        return self._goes[one]

    def may_go(self, holds: int, throughout: int) -> int:
        """Not who is fixed; nor who only goes round in what is wanted, of those that are there `throughout`."""
        for one in bits(holds & ~self._known):
            goes = self.goes(one)
            self._movable |= bool(goes) << one
            self._outward |= bool(goes & ~self.wanted) << one
        self._known |= holds
        return holds & (self._movable & ~throughout | self._outward & throughout)

    def ways(self, one: int) -> Ways:
        if one not in self._ways:
            window = self.holds[one].window
            beside = self.around(window).there
            may = self.goes(one) & ~self.beside(window)
            self._ways[one] = Ways(may, may & ~self.berths_of(beside), beside)
        return self._ways[one]

    def beside(self, span: Slot) -> int:
        """Berths where somebody lingers then."""
        found = 0
        for number, window in self._lingering:
            if window.overlaps(span):
                found |= 1 << number
        return found

    def may_be_on(self, one: int) -> int:
        """Whoever else moves; and also where it would not be given a place but is."""
        if one not in self._may_be_on:
            goes = self.goes(one)
            free = goes & ~self.barred(self.around(self.holds[one].window).there) if goes else 0
            self._may_be_on[one] = free | self._berth[one]
        return self._may_be_on[one]

    def barred(self, there: int) -> int:
        """Berths that somebody of `there` has who is fixed."""
        return self.berths_of(there & self._times.settled)


def bits(numbers: int) -> Iterator[int]:
    """The lowest first. Shifted, as what is left of holds that come after one another is a small int."""
    at = -1
    while numbers:
        step = (numbers & -numbers).bit_length()
        at += step
        yield at
        numbers >>= step
