"""How charging went: energy and mean power, in stretches that are few enough to be drawn or read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from domain.settlement.so_far import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Between two readings. `energy_wh`: of all that was charged by its end; `power_w`: the mean within it."""

    start: datetime
    end: datetime
    energy_wh: int
    power_w: int


def stretches_of(points: Sequence[Point], most: int) -> tuple[Stretch, ...]:
    """At most so many, one after another, none shorter than its share of the whole, so that two readings which were
    told at almost one time make no peak. None: fewer than two moments are no course.

    `points`: the first first; documents of before keep some that are not in order, none falls from one to the next.
    """
    if not points or points[-1].at <= points[0].at:
        return ()
    last = points[-1]
    least = max((last.at - points[0].at) / most, timedelta.resolution)
    ends = [points[0]]
    for point in points[1:]:
        if point.at - ends[-1].at >= least:
            ends.append(point)
    while len(ends) > 1 and last.at - ends[-1].at < least:
        ends.pop()
    ends.append(last)
    return tuple(_between(before, after) for before, after in pairwise(ends))


def fewer_of(points: Sequence[Point], most: int) -> tuple[Point, ...]:
    """The beginning and the ends of its stretches: what a document keeps of it. Empty: it is no course."""
    stretches = stretches_of(points, most)
    if not stretches:
        return ()
    return (points[0], *(Point(at=one.end, energy_wh=one.energy_wh) for one in stretches))


def _between(before: Point, after: Point) -> Stretch:
    hours = (after.at - before.at) / timedelta(hours=1)
    power = round((after.energy_wh - before.energy_wh) / hours)
    return Stretch(start=before.at, end=after.at, energy_wh=after.energy_wh, power_w=power)
