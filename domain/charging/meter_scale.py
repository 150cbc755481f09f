"""In which unit did a charger tell where its register stood at the beginning and the end? Pure.

Some tell meterStart and meterStop in whole kWh and their samples in Wh. A beginning and an end that fit each other say
nothing of that; the samples between them do: they lie between both numbers in one of the two units, and nowhere near
in the other. One sample is not believed alone, unless the register stands so high that nothing wild lands there.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

KWH = 1000
"""Wh; and what a number in whole kWh hides."""
_HIGH_KWH = 1_000
"""From here on a wild value does not lie between a beginning and an end by chance."""
_AGREE = 2


class Read(Protocol):
    """What this rule needs of a reading."""

    @property
    def at(self) -> datetime: ...
    @property
    def wh(self) -> int: ...


R = TypeVar("R", bound=Read)


def told_in_kwh(begin: R, end: R, samples: Sequence[R], deliverable: Callable[[timedelta], int]) -> bool:
    """Is the beginning's and the end's number one of kWh? `samples`: of the same transaction, in Wh.

    `deliverable`: Wh at most in that time.
    """
    if not 0 <= begin.wh < end.wh:
        return False
    if (end.wh - begin.wh) * KWH > deliverable(end.at - begin.at) + KWH:
        return False
    as_kwh = as_wh = 0
    for sample in samples:
        in_kwh = _fits(sample, begin, end, KWH, deliverable)
        in_wh = _fits(sample, begin, end, 1, deliverable)
        as_kwh += in_kwh and not in_wh
        as_wh += in_wh and not in_kwh
    return as_kwh - as_wh >= (1 if begin.wh >= _HIGH_KWH and not as_wh else _AGREE)


def _fits(sample: R, begin: R, end: R, unit: int, deliverable: Callable[[timedelta], int]) -> bool:
    hidden = unit - 1
    rise = sample.wh - begin.wh * unit
    return 0 <= rise <= deliverable(sample.at - begin.at) + hidden and sample.wh <= end.wh * unit + hidden
