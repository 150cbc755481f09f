"""Where an axis has its marks: at round figures, and at round times of a clock. Pure."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_ROUND = (1, 2, 2.5, 5, 10)
_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)
_SET_BY = timedelta(hours=2)
"""No clock is put on or back by more than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From zero in equal `step`s to `top`; `digits` behind the decimal mark tell them apart."""

    step: float
    count: int
    digits: int

    @property
    def top(self) -> float:
        return self.step * self.count

    @property
    def marks(self) -> Sequence[float]:
        return [self.step * n for n in range(self.count + 1)]


def scale_to(most: float, steps: int = 4) -> Scale:
    """The finest one that reaches `most` in so many steps. Nothing, or less, is shown on one from 0 to 1."""
    if most <= 0:
        return Scale(step=1, count=1, digits=0)
    power = math.floor(math.log10(most / steps))
    step = next(one for one in (factor * 10.0**power for factor in _ROUND) if one * steps >= most * 0.999_999)
    digits = max(0, -math.floor(math.log10(step) + 1e-9)) + (
        1 if power <= 0 and step == 2.5 * 10.0**power else 0
    )
    return Scale(step=step, count=max(1, math.ceil(most / step * 0.999_999)), digits=digits)


def times_between(start: datetime, end: datetime, zone: str, most: int = 5) -> Sequence[datetime]:
    """Round times on the clock of `zone`, at most so many; of a time without two of them its start and end. Where
    clocks change, the clock counts: an hour that it shows twice has its marks twice, one that it leaves out has none.
    """
    whole = end - start
    minutes = next((one for one in _MINUTES if whole / timedelta(minutes=one) <= most - 1), None)
    every = timedelta(minutes=minutes or 1440 * math.ceil(whole / timedelta(days=most - 1)))
    there = ZoneInfo(zone or "UTC")
    shown = {
        at
        for wall in _round_walls(start, end, every, there)
        for at in _when(wall, there)
        if start <= at <= end
    }
    return sorted(shown) if len(shown) > 1 else [start, end]


def _round_walls(start: datetime, end: datetime, every: timedelta, there: ZoneInfo) -> Iterator[datetime]:
    """What the clock may show in between, each so long after midnight of the first day; without a zone."""
    began, ends = (at.astimezone(there).replace(tzinfo=None) for at in (start, end))
    midnight = began.replace(hour=0, minute=0, second=0, microsecond=0)
    wall = midnight + every * math.ceil((min(began, ends) - _SET_BY - midnight) / every)
    while wall <= max(began, ends) + _SET_BY:
        yield wall
        wall += every


def _when(wall: datetime, there: ZoneInfo) -> Iterator[datetime]:
    """Once, twice or never: as often as that clock shows it."""
    for fold in (0, 1):
        at = wall.replace(tzinfo=there, fold=fold).astimezone(UTC)
        if at.astimezone(there).replace(tzinfo=None) == wall:
            yield at
