"""Which of many bands cover an instant, for who asks about many: a week is looked through once."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from domain.terms.price_rules import Band

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class BandCalendar:
    """Says what `Band.covers` says of each of `bands`."""

    bands: Sequence[Band]

    def covering(self, local: datetime, *, holiday: bool) -> tuple[int, ...]:
        """Places in `bands`. `local`: on the site's clock."""
        if not self.bands:
            return ()
        on_the_day = self._on(local.date(), holiday)
        return tuple(n for n in self._weekly(local) if n in on_the_day)

    @cached_property
    def _days(self) -> dict[tuple[date, bool], frozenset[int]]:
        return {}

    def _on(self, day: date, holiday: bool) -> frozenset[int]:
        known = self._days.get((day, holiday))
        if known is None:
            known = self._days[day, holiday] = frozenset(
                n for n, band in enumerate(self.bands) if band.is_on(day, holiday=holiday)
            )
        return known

    def _weekly(self, local: datetime) -> tuple[int, ...]:
        clock = (local.hour * 60 + local.minute) * 60 + local.second
        at = (local.weekday() * 86_400 + clock) * 1_000_000 + local.microsecond
        edges, covering = self._week
        return covering[bisect_right(edges, at) - 1]

    @cached_property
    def _week(self) -> tuple[list[int], list[tuple[int, ...]]]:
        """Microseconds from Monday 00:00 at which it changes, from 0 on, and what covers from each on."""
        spans = [
            (n, begin // _MICROSECOND, end // _MICROSECOND)
            for n, band in enumerate(self.bands)
            for span in band.weekly
            for begin, end in span.spans()
        ]
        always = {n for n, band in enumerate(self.bands) if not band.weekly}
        edges = sorted({0} | {at for _, begin, end in spans for at in (begin, end)})
        covering = [
            tuple(sorted(always | {n for n, begin, end in spans if begin <= at < end})) for at in edges
        ]
        return edges, covering
