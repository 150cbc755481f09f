"""How the holds of a pool lie in time: how many at once, which hang together, who is before and after whom.

Built once from all holds (n log n); each question costs what lies inside its span.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate, groupby

from domain.place.holds import OpenHold
from domain.place.slots import Slot


@dataclass(slots=True)
class _Stretch:
    """Holds connected through overlaps, by start; nobody is there before `start` nor after `end`."""

    start: datetime
    end: datetime
    holds: list[OpenHold] = field(default_factory=list)
    last_fixed: datetime | None = None


class Occupancy:
    """`now` decides which holds count as fixed. Holds of one berth never overlap (promise P1)."""

    def __init__(self, holds: Iterable[OpenHold], now: datetime) -> None:
        by_start = sorted(holds, key=lambda h: (h.window.start, h.window.end, h.id))
        edges = sorted(edge for h in by_start for edge in ((h.window.start, 1), (h.window.end, -1)))
        changes = [(at, sum(step for _, step in group)) for at, group in groupby(edges, key=lambda e: e[0])]
        self._at = [at for at, _ in changes]
        self._alive = list(accumulate(change for _, change in changes))
        self._stretches = _stretches(by_start, now)
        self._starts = [stretch.start for stretch in self._stretches]
        self._ends = [stretch.end for stretch in self._stretches]
        self._of_berth: defaultdict[int, list[Slot]] = defaultdict(list)
        for hold in by_start:
            self._of_berth[hold.berth_id].append(hold.window)

    def peak(self, span: Slot) -> int:
        """The most holds alive at one instant of `span` (half-open)."""
        first = bisect_right(self._at, span.start) - 1
        after = bisect_left(self._at, span.end)
        return max(self._alive[max(first, 0) : after], default=0)

    def around(self, window: Slot) -> list[OpenHold]:
        """The holds connected to `window` through overlaps; what happens beyond a gap cannot matter."""
        return [hold for stretch in self._connected(window) for hold in stretch.holds]

    def last_fixed_around(self, window: Slot) -> datetime | None:
        """When the last hold around `window` that may not move begins; None: all of them may."""
        return max((s.last_fixed for s in self._connected(window) if s.last_fixed is not None), default=None)

    def end_around(self, window: Slot) -> datetime:
        """When the last hold around `window`, or the window itself, ends."""
        return max([window.end, *(s.end for s in self._connected(window))])

    def is_free(self, berth_id: int, window: Slot) -> bool:
        """Is nothing promised on the berth within `window`?"""
        windows = self._of_berth.get(berth_id, ())
        before = bisect_left(windows, window.end, key=lambda w: w.start)
        return before == 0 or windows[before - 1].end <= window.start

    def last_end(self, berth_id: int, by: datetime) -> datetime | None:
        """When the last hold of the berth that is over by then ends."""
        windows = self._of_berth.get(berth_id, ())
        over = bisect_right(windows, by, key=lambda w: w.end)
        return windows[over - 1].end if over else None

    def _connected(self, window: Slot) -> Sequence[_Stretch]:
        first = bisect_right(self._ends, window.start)
        return self._stretches[first : bisect_left(self._starts, window.end)]


def _stretches(by_start: Iterable[OpenHold], now: datetime) -> list[_Stretch]:
    found: list[_Stretch] = []
    for hold in by_start:
        if not found or hold.window.start >= found[-1].end:
            found.append(_Stretch(hold.window.start, hold.window.end))
        stretch = found[-1]
        stretch.end = max(stretch.end, hold.window.end)
        stretch.holds.append(hold)
        if hold.is_fixed(now):
            stretch.last_fixed = hold.window.start  # the latest so far: they come by start
    return found
