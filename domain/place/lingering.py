"""Who is on a pool's berths though nothing is promised to them there, and for how long: time that packing cannot give.

Walk-ins take what is kept for them first: as long as no more of them are there than that, no booking is refused for
their sake. Beyond that a berth counts as taken as long as its session is expected to last, for a slot that begins
before. Whoever has that berth promised then needs another one, which nobody else is given meanwhile. A forecast is no
reason to withhold a replacement, an extension, nor a place at lock time: there only who is really there counts.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import count

from domain.place.connectors import PoolConnector
from domain.place.forecast import ForecastSource
from domain.place.holds import OpenHold
from domain.place.maintenance import left_of, nobody
from domain.place.slots import Slot

_FIRST_ID = -2_000_000_000
"""Of no hold, nor of what is closed for maintenance."""


class Lingering:
    """`holds`: of the pool's berths, or at least those on berths where somebody lingers."""

    def __init__(self, connectors: Iterable[PoolConnector], holds: Sequence[OpenHold], now: datetime) -> None:
        self._spans: dict[int, Slot] = {}
        own: set[int] = set()
        for connector in connectors:
            found = connector.busy(now)
            if found is None or not found.takes_time:
                continue
            berth, begins = connector.berth_id, now
            if found.source is ForecastSource.OVERRUN:
                # Its own hold has the berth for the turnover buffer still: that is no other one's time.
                begun = [h for h in holds if h.berth_id == berth and h.window.start <= now < h.window.end]
                own.update(h.id for h in begun)
                begins = max((h.window.end for h in begun), default=now)
            until = max(found.until, self._spans[berth].end if berth in self._spans else now)
            if begins < until:
                self._spans[berth] = Slot(begins, until)
        self._others = [h for h in holds if h.id not in own]

    def __bool__(self) -> bool:
        return bool(self._spans)

    def touches(self, window: Slot) -> bool:
        return any(window.start < span.end for span in self._spans.values())

    @cached_property
    def in_the_way_of(self) -> frozenset[int]:
        """Holds that are promised such a berth for that time."""
        return frozenset(
            h.id
            for h in self._others
            if (span := self._spans.get(h.berth_id)) is not None and h.window.start < span.end
        )

    def on(self, berths: frozenset[int]) -> list[OpenHold]:
        """Of those."""
        return [held for held in self.whole if held.berth_id in berths]

    def beside(self, holds: Iterable[OpenHold]) -> list[OpenHold]:
        """What of it none of `holds` has."""
        return [*self._parts(list(holds))]

    @cached_property
    def whole(self) -> list[OpenHold]:
        """All of the time, as held by nobody."""
        return [*self._parts([])]

    def _parts(self, holds: Sequence[OpenHold]) -> Iterator[OpenHold]:
        ids = count(_FIRST_ID, -1)
        for berth, span in sorted(self._spans.items(), key=lambda one: one[0]):
            taken = sorted((h.window for h in holds if h.berth_id == berth), key=lambda window: window.start)
            for part in left_of(span, taken, None):
                yield nobody(next(ids), berth, part)
