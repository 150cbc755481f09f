"""A place by a few moves, where bays differ.

Packing all anew is always right, and costs a search through everybody around. Nearly always that is not needed: a berth
becomes free when each of its holds in the window finds another one, where at most a few go on for its sake. How many
such bookings there can be at most is known without a search (`matching`); where moves come to as many, that is how many
there are.
"""

from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.place.matching import most_beside
from domain.place.rows import Entry, Rows, Taken, bits, overlapping
from domain.place.slots import Slot

CheckSeen = Callable[[Slot], None]
_DEPTH = 3
"""So many go on for another's sake, one for the sake of the next."""


@dataclass(frozen=True, slots=True)
class Made:
    """`berth_id` is free once the holds in `moves` (hold id → berth id) have moved."""

    berth_id: int
    moves: dict[int, int]


@dataclass(frozen=True, slots=True)
class Accepted:
    """So many find a place by a few moves: as they were `made` one after another, with those of before them placed. By
    whatever moves no more than `most` do.
    """

    made: Sequence[Made]
    most: int

    @property
    def is_sure(self) -> bool:
        """There is nothing to search for."""
        return len(self.made) >= self.most


class _Walk:
    """In search of ways. `taken` changes with it, at the berths in `changed`; at those in `placed` a newcomer has got
    the window. `given`: the berth to be cleared. `moved`: hold id → number of its new berth. `failed`: hold id → with
    how many more to go on for its sake it found no place. `trail`: to go back.
    """

    def __init__(self, window: Slot, taken: Taken) -> None:
        self.window = window
        self.taken = taken
        self.changed = self.placed = self.given = 0
        self.moved: dict[int, int] = {}
        self.failed: dict[int, int] = {}
        self.trail: list[tuple[int, list[Entry], int, int]] = []

    def place(self, number: int) -> None:
        self._put(number, Entry(self.window.start, self.window.end, 0, self.window, None), ())
        self.placed |= 1 << number

    def begin(self, number: int, there: Sequence[Entry]) -> None:
        self.given = number
        self.trail = [(number, self.taken[number], self.changed, 0)]
        self.taken[number] = [entry for entry in self.taken[number] if entry not in there]
        self.changed |= 1 << number

    def move(self, entry: Entry, number: int, instead_of: Sequence[Entry]) -> None:
        self.trail.append((number, self.taken[number], self.changed, entry.hold_id))
        self._put(number, entry, instead_of)
        self.moved[entry.hold_id] = number

    def undo(self, mark: int = 0) -> None:
        while len(self.trail) > mark:
            number, self.taken[number], self.changed, hold_id = self.trail.pop()
            self.moved.pop(hold_id, None)

    def _put(self, number: int, entry: Entry, instead_of: Sequence[Entry]) -> None:
        """Not in place: lists are shared."""
        stay = [other for other in self.taken[number] if other not in instead_of]
        insort(stay, entry)
        self.taken[number] = stay
        self.changed |= 1 << number


class FewMoves:
    """In one pool. `check_seen` raises HoldsMissing for a span not all of whose holds are known."""

    def __init__(self, rows: Rows, check_seen: CheckSeen) -> None:
        self._rows = rows
        self._check_seen = check_seen
        self._free_for: dict[int, int] = {}
        """By hold, berths that are free for as long as it takes."""

    def made(self, window: Slot) -> Made | None:
        """None: it takes more than a few moves. Raises HoldsMissing."""
        return self._cleared(_Walk(window, [*self._rows.taken]))

    def accepted(self, window: Slot, most: int, *, moving: bool) -> Accepted:
        """Within `most`. `moving` False: nobody moves. Raises HoldsMissing."""
        free = [n for n in bits(self._rows.wanted) if self._rows.is_free(n, window, self._rows.taken)]
        made = [Made(self._rows.berths[number], {}) for number in free]
        if len(made) >= most:
            return Accepted(made, most)
        most = most_beside(self._rows, window, most)
        walk = _Walk(window, [*self._rows.taken])
        for number in free:
            walk.place(number)
        while moving and len(made) < most and (more := self._cleared(walk)) is not None:
            walk.place(walk.given)
            made.append(more)
        return Accepted(made, most)

    def _cleared(self, walk: _Walk) -> Made | None:
        """One wanted berth more, which is the one that is `given`."""
        walk.moved, walk.failed = {}, {}
        held = [(number, overlapping(walk.taken[number], walk.window)) for number in bits(self._rows.wanted)]
        may = [(number, there) for number, there in held if all(self._may_go(entry, walk) for entry in there)]
        for depth in range(_DEPTH + 1):
            for number, there in may:
                walk.begin(number, there)
                if all(self._goes_on(entry, number, walk, depth) for entry in there):
                    return Made(
                        self._rows.berths[number],
                        {id_: self._rows.berths[to] for id_, to in walk.moved.items()},
                    )
                walk.undo()
        return None

    def _may_go(self, entry: Entry, walk: _Walk) -> bool:
        """Not who is fixed or has moved already; nor who only goes round in what is wanted, for all of the window."""
        if entry.hold_id in walk.moved:
            return False
        whole = entry.start <= walk.window.start and walk.window.end <= entry.end
        return bool(self._rows.goes(entry) & (~self._rows.wanted if whole else -1))

    def _goes_on(self, entry: Entry, origin: int, walk: _Walk, depth: int) -> bool:
        """To another berth than `origin`, where it was taken from: a free one, else one whose holds go on, too."""
        if walk.failed.get(entry.hold_id, -1) >= depth:
            return False
        span = entry.span
        self._check_seen(span)
        may = self._rows.goes(entry) & ~(1 << origin | 1 << walk.given)
        if entry.start < walk.window.end and walk.window.start < entry.end:
            may &= ~walk.placed
        number = self._first_free(entry, may, walk)
        if number is not None:
            walk.move(entry, number, [])
            return True
        for number in bits(may) if depth else ():
            there = overlapping(walk.taken[number], span)
            if self._rows.is_beside(number, span) or not all(self._may_go(e, walk) for e in there):
                continue
            mark = len(walk.trail)
            walk.move(entry, number, there)
            if all(self._goes_on(other, number, walk, depth - 1) for other in there):
                return True
            walk.undo(mark)
        walk.failed[entry.hold_id] = depth
        return False

    def _first_free(self, entry: Entry, may: int, walk: _Walk) -> int | None:
        rows, span = self._rows, entry.span
        if entry.hold_id not in self._free_for:
            free = [number for number in range(len(rows.berths)) if rows.is_free(number, span, rows.taken)]
            self._free_for[entry.hold_id] = sum(1 << number for number in free)
        as_loaded = may & self._free_for[entry.hold_id] & ~walk.changed
        changed = (number for number in bits(may & walk.changed) if rows.is_free(number, span, walk.taken))
        return next(bits(as_loaded), None) if as_loaded else next(changed, None)
