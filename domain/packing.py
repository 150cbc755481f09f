"""Packing soft holds onto interchangeable connectors, so that fragmentation never refuses a booking.

Intervals that overlap at most k times fit on k connectors (interval graphs are perfect). Holds already
locked to a connector stay where they are; with such pins the greedy order can fail although a packing exists,
so a bounded search follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.slots import Slot

SEARCH_STEPS = 20_000
"""Bound on the search with pinned holds; beyond it the pool counts as full (measured: milliseconds)."""


@dataclass(frozen=True, slots=True)
class Packed:
    """`key` names a hold; `connector_id` is where it is pinned, or None when it may move."""

    key: str
    window: Slot
    connector_id: int | None = None


def pack(holds: Sequence[Packed], connectors: Sequence[int]) -> dict[str, int] | None:
    """Assign each hold a connector without overlaps, pins respected; None when impossible (or too hard)."""
    taken: dict[int, list[Slot]] = {connector: [] for connector in connectors}
    assignment: dict[str, int] = {}
    for hold in holds:
        if hold.connector_id is not None:
            if not _free(taken.get(hold.connector_id, []), hold.window):
                return None
            taken.setdefault(hold.connector_id, []).append(hold.window)
            assignment[hold.key] = hold.connector_id
    movable = sorted(
        (h for h in holds if h.connector_id is None), key=lambda h: (h.window.start, h.window.end)
    )
    budget = [SEARCH_STEPS]
    return assignment if _place(movable, 0, connectors, taken, assignment, budget) else None


def _place(
    movable: list[Packed],
    index: int,
    connectors: Sequence[int],
    taken: dict[int, list[Slot]],
    assignment: dict[str, int],
    budget: list[int],
) -> bool:
    if index == len(movable):
        return True
    hold = movable[index]
    # Best fit: the connector whose last use before this window ends latest leaves the fewest gaps.
    fitting = [c for c in connectors if _free(taken[c], hold.window)]
    fitting.sort(
        key=lambda c: max((w.end for w in taken[c] if w.end <= hold.window.start), default=hold.window.start)
    )
    for connector in fitting:
        budget[0] -= 1
        if budget[0] < 0:
            return False
        taken[connector].append(hold.window)
        assignment[hold.key] = connector
        if _place(movable, index + 1, connectors, taken, assignment, budget):
            return True
        taken[connector].remove(hold.window)
        del assignment[hold.key]
    return False


def _free(windows: list[Slot], window: Slot) -> bool:
    return not any(window.overlaps(other) for other in windows)


def peak_overlap(windows: Sequence[Slot]) -> int:
    """The most windows alive at one instant (half-open: touching windows do not overlap)."""
    edges = sorted(
        [(w.start, 1) for w in windows] + [(w.end, -1) for w in windows], key=lambda e: (e[0], e[1])
    )
    alive = peak = 0
    for _, change in edges:
        alive += change
        peak = max(peak, alive)
    return peak
