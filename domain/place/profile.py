"""How many holds of a pool are alive when, where nobody is, and which stretches hold somebody who may not move.

It needs no single hold: whoever only counts may have them summed where they are stored.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from domain.place.holds import OpenHold
from domain.place.slots import Slot

Change = tuple[datetime, int, int]
"""An instant, and how many holds begin and how many end then."""


class Profile:
    """A stretch is what hangs together through overlaps: nobody is there before nor after it.

    Built once (n log n); each question costs what lies inside its span.
    """

    def __init__(self, changes: Iterable[Change], fixed: Iterable[datetime]) -> None:
        """`changes` by instant. `fixed`: when those begin that may not move, or not for any other of the pool."""
        self._changes = tuple(changes)
        self._at: list[datetime] = []
        self._alive: list[int] = []
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        alive = 0
        for at, begin, end in self._changes:
            if alive and alive == end:
                self._ends.append(at)
            alive -= end
            if begin and not alive:
                self._starts.append(at)
            alive += begin
            self._at.append(at)
            self._alive.append(alive)
        self._last_fixed: dict[int, datetime] = {
            bisect_right(self._starts, start) - 1: start for start in sorted(fixed)
        }

    def peak(self, span: Slot) -> int:
        """The most holds alive at one instant of `span` (half-open)."""
        first = bisect_right(self._at, span.start) - 1
        after = bisect_left(self._at, span.end)
        return max(self._alive[max(first, 0) : after], default=0)

    def without(self, holds: Iterable[OpenHold]) -> "Profile":
        """As if those, which are in it, were not there; who of the others is fixed is not asked of it."""
        gone = list(holds)
        begin, end = Counter(h.window.start for h in gone), Counter(h.window.end for h in gone)
        return Profile([(at, more - begin[at], fewer - end[at]) for at, more, fewer in self._changes], ())

    def beside(self, holds: Iterable[OpenHold]) -> "Profile":
        """As if those were there, too; who is fixed is not asked of it."""
        begin, end = Counter[datetime](), Counter[datetime]()
        for at, more, fewer in self._changes:
            begin[at] += more
            end[at] += fewer
        for hold in holds:
            begin[hold.window.start] += 1
            end[hold.window.end] += 1
        return Profile(((at, begin[at], end[at]) for at in sorted(begin.keys() | end.keys())), ())

    def around(self, window: Slot) -> Slot | None:
        """From where to where the stretches reach that `window` overlaps; None: it overlaps nobody."""
        first, after = self._connected(window)
        return Slot(self._starts[first], self._ends[after - 1]) if first < after else None

    def last_fixed_around(self, window: Slot) -> datetime | None:
        """When the last hold around `window` that may not move begins; None: all of them may."""
        if not self._last_fixed:
            return None
        first, after = self._connected(window)
        return max((at for n, at in self._last_fixed.items() if first <= n < after), default=None)

    def end_around(self, window: Slot) -> datetime:
        """When the last hold around `window`, or the window itself, ends."""
        first, after = self._connected(window)
        return max(window.end, self._ends[after - 1]) if first < after else window.end

    def _connected(self, window: Slot) -> tuple[int, int]:
        return bisect_right(self._ends, window.start), bisect_left(self._starts, window.end)


def profile_of(holds: Collection[OpenHold], now: datetime) -> Profile:
    """Of holds that are known one by one. `now` decides which of them are fixed."""
    begin = Counter(hold.window.start for hold in holds)
    end = Counter(hold.window.end for hold in holds)
    changes = ((at, begin[at], end[at]) for at in sorted(begin.keys() | end.keys()))
    return Profile(changes, (hold.window.start for hold in holds if hold.is_fixed(now)))
