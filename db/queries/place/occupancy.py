"""How many windows are alive at once, asked for many spans over the same windows."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime
from itertools import accumulate, groupby

from domain.place.slots import Slot


class Occupancy:
    """Built once from all windows (n log n); each question costs the edges inside its span."""

    def __init__(self, windows: Iterable[Slot]) -> None:
        edges = sorted(edge for w in windows for edge in ((w.start, 1), (w.end, -1)))
        changes = [
            (at, sum(change for _, change in group)) for at, group in groupby(edges, key=lambda e: e[0])
        ]
        self._at: list[datetime] = [at for at, _ in changes]
        self._alive = list(accumulate(change for _, change in changes))

    def peak(self, span: Slot) -> int:
        """The most windows alive at one instant of `span` (half-open)."""
        first = bisect_right(self._at, span.start) - 1
        after = bisect_left(self._at, span.end)
        return max(self._alive[max(first, 0) : after], default=0)
