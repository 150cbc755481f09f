"""Where an axis has its marks: at round figures, and at round times of a clock. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_ROUND = (1, 2, 2.5, 5, 10)
_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)


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
    """Round times on the clock of `zone`, at most so many; of a time without two of them its start and end."""
    whole = end - start
    minutes = next((one for one in _MINUTES if whole / timedelta(minutes=one) <= most - 1), None)
    every = timedelta(minutes=minutes or 1440 * math.ceil(whole / timedelta(days=most - 1)))
    there = ZoneInfo(zone or "UTC")
    midnight = start.astimezone(there).replace(hour=0, minute=0, second=0, microsecond=0)
    first = math.ceil((start - midnight) / every)
    found = [
        at
        for at in ((midnight + every * n).astimezone(UTC) for n in range(first, first + most))
        if start <= at <= end
    ]
    return found if len(found) > 1 else [start, end]
