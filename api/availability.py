"""Bookable windows of a pool: pure counting over what is held. The booking itself decides; this is a preview."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from domain.errors import DomainError
from domain.policy import SlotRules
from domain.slots import Slot, check_slot, next_grid_start, occupied_window

MOST_WINDOWS = 400


class Occupancy:
    """How many of a pool's connectors are taken at any instant."""

    def __init__(self, held: Sequence[Slot]) -> None:
        edges = sorted([(window.start, 1) for window in held] + [(window.end, -1) for window in held])
        self._instants: list[datetime] = []
        self._taken: list[int] = []
        taken = 0
        for at, change in edges:
            taken += change
            if self._instants and self._instants[-1] == at:
                self._taken[-1] = taken
            else:
                self._instants.append(at)
                self._taken.append(taken)

    def peak(self, window: Slot) -> int:
        """The most connectors taken at once inside the window. A packing for that many always exists."""
        first = bisect_right(self._instants, window.start) - 1
        last = bisect_left(self._instants, window.end)
        return max(self._taken[max(first, 0) : last], default=0) if last > 0 else 0


def free_in(occupancy: Occupancy, slot: Slot, rules: SlotRules, bookable: int) -> int:
    """Connectors left for the slot and its buffer, of `bookable` (the walk-in share already taken off)."""
    return max(0, bookable - occupancy.peak(occupied_window(slot, rules.buffer)))


def candidate_slots(
    from_: datetime, to: datetime, length: timedelta, rules: SlotRules, now: datetime
) -> Iterator[Slot]:
    """Slots on the site's grid with a start in [from_, to) that the rules allow at `now`."""
    stride = rules.step or max(length, timedelta(seconds=1))
    start = next_grid_start(max(from_, now), rules.step)
    for _ in range(MOST_WINDOWS):
        if start >= to:
            return
        slot = Slot(start, start + length)
        if _allowed(slot, rules, now):
            yield slot
        start += stride


def _allowed(slot: Slot, rules: SlotRules, now: datetime) -> bool:
    try:
        check_slot(slot, rules, now)
    except DomainError:
        return False
    return True
