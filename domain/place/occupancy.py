"""How the holds of a pool lie in time: how many at once, which hang together, who is before and after whom.

Built once from all holds (n log n); each question costs what lies inside its span.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from domain.place.holds import OpenHold
from domain.place.profile import profile_of
from domain.place.slots import Slot


class Occupancy:
    """`now` decides which holds count as fixed. Holds of one berth never overlap (promise P1)."""

    def __init__(self, holds: Iterable[OpenHold], now: datetime) -> None:
        self._by_start = sorted(holds, key=lambda h: (h.window.start, h.window.end, h.id))
        self.profile = profile_of(self._by_start, now)

    def around(self, window: Slot) -> list[OpenHold]:
        """The holds connected to `window` through overlaps; what happens beyond a gap cannot matter."""
        span = self.profile.around(window)
        if span is None:
            return []
        first = bisect_left(self._by_start, span.start, key=lambda h: h.window.start)
        after = bisect_left(self._by_start, span.end, key=lambda h: h.window.start)
        return self._by_start[first:after]

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

    @cached_property
    def _of_berth(self) -> dict[int, list[Slot]]:
        found: defaultdict[int, list[Slot]] = defaultdict(list)
        for hold in self._by_start:
            found[hold.berth_id].append(hold.window)
        return found
