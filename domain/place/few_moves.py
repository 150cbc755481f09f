"""A place by a few moves, where bays differ.

Packing all anew is always right, and costs a search through everybody around. Nearly always that is not needed: a berth
becomes free when each of its holds in the window finds another one, where at most a few go on for its sake. How many
such bookings there can be at most is known without a search (`matching`); where moves come to as many, that is how many
there are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.place.matching import most_beside
from domain.place.rows import Around, Rows, bits
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
    """So many find a place by a few moves: at berths that are `free`, then as they were `moved` one after another, with
    those of before them placed. By whatever moves no more than `most` do.
    """

    free: Sequence[int]
    moved: Sequence[Made]
    most: int

    @property
    def made(self) -> list[Made]:
        """All of them."""
        return [*(Made(berth_id, {}) for berth_id in self.free), *self.moved]

    @property
    def is_sure(self) -> bool:
        """There is nothing to search for."""
        return len(self.free) + len(self.moved) >= self.most


class _Walk:
    """In search of ways. `on` changes with it, at the berths in `changed`; at those in `placed` a newcomer has got the
    window. `given`: the berth to be cleared. `moved`: hold → its new berth, and the same as a set (`gone`). `failed`:
    hold → with how many more to go on for its sake it found no place. `trail`: to go back.
    """

    def __init__(self, rows: Rows, around: Around) -> None:
        self.around = around
        self.on = [*rows.on]
        self.changed = self.placed = self.given = self.gone = 0
        self.moved: dict[int, int] = {}
        self.failed: dict[int, int] = {}
        self.trail: list[tuple[int, int, int, int | None]] = []

    def begin_anew(self) -> None:
        self.moved, self.failed, self.gone = {}, {}, 0

    def clear(self, number: int, there: int) -> None:
        self.given = number
        self.trail = [(number, self.on[number], self.changed, None)]
        self.on[number] &= ~there
        self.changed |= 1 << number

    def move(self, one: int, number: int, instead_of: int) -> None:
        self.trail.append((number, self.on[number], self.changed, one))
        self.on[number] = self.on[number] & ~instead_of | 1 << one
        self.changed |= 1 << number
        self.moved[one] = number
        self.gone |= 1 << one

    def undo(self, mark: int = 0) -> None:
        while len(self.trail) > mark:
            number, self.on[number], self.changed, one = self.trail.pop()
            if one is not None:
                del self.moved[one]
                self.gone &= ~(1 << one)


class FewMoves:
    """In one pool. `check_seen` raises HoldsMissing for a span not all of whose holds are known."""

    def __init__(self, rows: Rows, check_seen: CheckSeen) -> None:
        self._rows = rows
        self._check_seen = check_seen
        self._seen = 0
        self._accepted: dict[tuple[object, ...], Accepted] = {}

    def made(self, window: Slot) -> Made | None:
        """None: it takes more than a few moves. Raises HoldsMissing."""
        return self._cleared(_Walk(self._rows, self._rows.around(window)), self._rows.beside(window))

    def accepted(self, window: Slot, most: int, *, moving: bool) -> Accepted:
        """Within `most`. `moving` False: nobody moves. Raises HoldsMissing.

        Windows that the same holds have some of are answered alike: who overlaps whom, at which instants together, is
        all that is asked.
        """
        around, beside = self._rows.around(window), self._rows.beside(window)
        asked = around.moment, beside, most, moving
        if asked not in self._accepted:
            self._accepted[asked] = self._found(window, around, beside, most, moving=moving)
        return self._accepted[asked]

    def _found(self, window: Slot, around: Around, beside: int, most: int, *, moving: bool) -> Accepted:
        rows = self._rows
        free = rows.wanted & ~rows.berths_of(around.there) & ~beside
        berths = [rows.berths[number] for number in bits(free)]
        if len(berths) < most:
            most = most_beside(rows, window, len(berths), most)
        moved: list[Made] = []
        walk = _Walk(rows, around)
        walk.placed = free
        while moving and len(berths) + len(moved) < most:
            more = self._cleared(walk, beside)
            if more is None:
                break
            walk.placed |= 1 << walk.given
            moved.append(more)
        return Accepted(berths, moved, most)

    def _cleared(self, walk: _Walk, beside: int) -> Made | None:
        """One wanted berth more, which is the one that is `given`; none of `beside`, where somebody lingers."""
        rows = self._rows
        walk.begin_anew()
        held = [(n, walk.on[n] & walk.around.there) for n in bits(rows.wanted & ~walk.placed & ~beside)]
        go = self._may_go(walk, walk.around.there)
        may = [(number, there) for number, there in held if not there & ~go]
        for depth in range(_DEPTH + 1):
            for number, there in may:
                walk.clear(number, there)
                if all(self._goes_on(one, number, walk, depth) for one in bits(there)):
                    return Made(
                        rows.berths[number],
                        {rows.holds[one].id: rows.berths[to] for one, to in walk.moved.items()},
                    )
                walk.undo()
        return None

    def _may_go(self, walk: _Walk, holds: int) -> int:
        """Those of `holds` that have not moved already."""
        return self._rows.may_go(holds, walk.around.throughout) & ~walk.gone

    def _goes_on(self, one: int, origin: int, walk: _Walk, depth: int) -> bool:
        """To another berth than `origin`, where it was taken from: a free one, else one whose holds go on, too."""
        if walk.failed.get(one, -1) >= depth:
            return False
        if not self._seen >> one & 1:
            self._check_seen(self._rows.holds[one].window)
            self._seen |= 1 << one
        may, free, beside = self._rows.ways(one)
        may &= ~(1 << origin | 1 << walk.given)
        if walk.around.there >> one & 1:
            may &= ~walk.placed
        number = _first_free(may, free, beside, walk)
        if number is not None:
            walk.move(one, number, 0)
            return True
        go = self._may_go(walk, beside) if depth else 0
        for number in bits(may) if depth else ():
            others = walk.on[number] & beside
            if others & ~go:
                continue
            mark = len(walk.trail)
            walk.move(one, number, others)
            if all(self._goes_on(other, number, walk, depth - 1) for other in bits(others)):
                return True
            walk.undo(mark)
        walk.failed[one] = depth
        return False


def _first_free(may: int, free: int, beside: int, walk: _Walk) -> int | None:
    """Of `free` as all began, and as it is by now where somebody has moved since."""
    as_began = may & free & ~walk.changed
    if as_began:
        return next(bits(as_began))
    return next((number for number in bits(may & walk.changed) if not walk.on[number] & beside), None)
