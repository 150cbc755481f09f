"""Who comes first: by the time that was waited, of members times the weight of their tier, up to a bound.

A weight gains nobody more than MOST_GAINED. So who joined longer ago than that before somebody else is always before
them, whatever tier the other has: nobody is passed for ever, however many members come.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_GAINED = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One entry of a list. `weight`: of the tier that its driver had when they joined, 1 or more."""

    id: str
    joined_at: datetime
    weight: int = 1


def waited(place: Place, now: datetime) -> timedelta:
    return max(now - place.joined_at, timedelta(0))


def gained(place: Place, now: datetime) -> timedelta:
    """By the weight, beside what was waited."""
    return min((place.weight - 1) * waited(place, now), MOST_GAINED)


def in_line(places: Iterable[Place], now: datetime) -> list[Place]:
    """First come those that have waited longest with what they have gained; of two alike who joined first."""
    return sorted(
        places, key=lambda one: (-waited(one, now) - gained(one, now), one.joined_at, -one.weight, one.id)
    )


def ahead_of(place: Place, line: Iterable[Place]) -> int:
    """How many of `line`, which is in order, come before it."""
    return next((n for n, one in enumerate(line) if one.id == place.id), 0)
