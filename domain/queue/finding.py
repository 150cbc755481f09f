"""The first slot of a wish that can be booked at this moment, of many wishes: what is free is worked out once."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from domain.place.alternatives import is_bookable
from domain.place.availability import DEFAULT_STEP
from domain.place.pool import Pool
from domain.place.slots import Slot, next_grid_start
from domain.queue.offers import answer_by

AT_ONCE = 32
"""Starts that are looked at in one go: some milliseconds at a large site."""


def starts_in(pool: Pool, length: timedelta, span: Slot, begins: Collection[datetime] = ()) -> list[datetime]:
    """Of slots so long within the span, in order: on the site's grid; where it has none, as it is usual, and `begins`,
    at which windows begin. Only those that leave time for an answer.
    """
    rules, zone = pool.policy.slots, pool.facts.zone
    step, last = rules.step or DEFAULT_STEP, span.end - length
    found = set() if rules.step else {at for at in begins if span.start <= at <= last}
    at = next_grid_start(max(span.start, pool.now), step, zone)
    while at <= last:
        found.add(at)
        at = next_grid_start(at + step, step, zone)
    return sorted(one for one in found if answer_by(pool.policy, one, pool.now) is not None)


def free_among(pool: Pool, length: timedelta, starts: Iterable[datetime]) -> list[datetime]:
    """At which a slot so long can be booked at this moment. May raise HoldsMissing."""
    return [at for at in starts if is_bookable(pool, Slot(at, at + length))]


class FreeStarts:
    """Of slots of one length in one pool: what is known so far, of the first of `starts`, which are in order."""

    def __init__(self, length: timedelta, starts: Sequence[datetime]) -> None:
        self.length = length
        self._starts = starts
        self._known = 0
        self._free: list[datetime] = []

    def unknown(self, latest: datetime) -> Sequence[datetime]:
        """The next that should be looked at, AT_ONCE at most; empty: all up to `latest` are known."""
        ahead = self._starts[self._known : self._known + AT_ONCE]
        return ahead if ahead and ahead[0] <= latest else ()

    def know(self, asked: Sequence[datetime], free: Iterable[datetime]) -> None:
        """Of `asked`, which were unknown, these are free."""
        self._known += len(asked)
        self._free += free

    def first(self, earliest: datetime, latest: datetime, busy: Collection[Slot] = ()) -> Slot | None:
        """Of those that are known to be free. `busy`: what it may not overlap."""
        for at in self._free[bisect_left(self._free, earliest) :]:
            if at > latest:
                return None
            slot = Slot(at, at + self.length)
            if not any(slot.overlaps(one) for one in busy):
                return slot
        return None
