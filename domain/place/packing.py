"""Packing soft holds onto interchangeable connectors, so that fragmentation never refuses a booking.

Intervals that overlap at most k times fit on k connectors (interval graphs are perfect): taken by start, any
free connector will do. Holds already locked to a connector stay where they are, and some fit on a few connectors only
(by their plug, or by who may use what). Only holds that start before the last such pin of their stretch of time, or no
later than the last of the few, can be placed wrongly; for those a bounded search decides.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heapify, heapreplace

from domain.place.slots import Slot

SEARCH_STEPS = 5_000
"""Bound on placements tried for one stretch with pins; beyond it the pool counts as full (0.1-0.3 s)."""

_ALWAYS = datetime.min.replace(tzinfo=UTC)
_AT_ONCE = -1
"""Before all instants of a search."""
_Situation = tuple[int, tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class Packed:
    """`key` names a hold; `connector_id` is where it is pinned, or None when it may move.

    It moves to one of `among` only; None: to any.
    """

    key: str
    window: Slot
    connector_id: int | None = None
    among: frozenset[int] | None = None


def pack(holds: Sequence[Packed], connectors: Sequence[int]) -> dict[str, int] | None:
    """Assign each hold a connector without overlaps, pins respected; None when impossible (or too hard).

    Deterministic. A hold pinned to a connector outside `connectors` stays there
    and takes nothing from the pool.
    """
    pool = tuple(dict.fromkeys(connectors))
    pinned = {hold.key: hold.connector_id for hold in holds if hold.connector_id is not None}
    if not _pins_agree(holds):
        return None
    assignment = dict(pinned)
    for stretch in _stretches([h for h in holds if h.connector_id is None or h.connector_id in pool]):
        if not _may_fit(stretch, pool):
            return None
        placed = _pack_stretch(stretch, pool)
        if placed is None:
            return None
        assignment.update(placed)
    return assignment


def peak_overlap(windows: Sequence[Slot]) -> int:
    """The most windows alive at one instant (half-open: touching windows do not overlap)."""
    edges = [(window.start, 1) for window in windows] + [(window.end, -1) for window in windows]
    alive = peak = 0
    for _, change in sorted(edges):
        alive += change
        peak = max(peak, alive)
    return peak


def _may_fit(stretch: Sequence[Packed], pool: Sequence[int]) -> bool:
    """As many connectors as holds at once, also for those that fit on some only? If not, nobody need search."""
    if peak_overlap([hold.window for hold in stretch]) > len(pool):
        return False
    here = frozenset(pool)
    for few in {hold.among & here for hold in stretch if hold.among is not None}:
        inside = [hold.window for hold in stretch if _places(hold, here) <= few]
        if peak_overlap(inside) > len(few):
            return False
    return True


def _places(hold: Packed, pool: frozenset[int]) -> frozenset[int]:
    if hold.connector_id is not None:
        return frozenset((hold.connector_id,))
    return pool if hold.among is None else hold.among & pool


def _pins_agree(holds: Sequence[Packed]) -> bool:
    by_connector: dict[int, list[Slot]] = {}
    for hold in holds:
        if hold.connector_id is not None:
            by_connector.setdefault(hold.connector_id, []).append(hold.window)
    return all(peak_overlap(windows) == 1 for windows in by_connector.values())


def _stretches(holds: Sequence[Packed]) -> Iterator[list[Packed]]:
    """Split at instants when nobody is there: what happens before such an instant cannot matter after it."""
    stretch: list[Packed] = []
    until = _ALWAYS
    for hold in sorted(holds, key=lambda h: (h.window.start, h.window.end, h.key)):
        if stretch and hold.window.start >= until:
            yield stretch
            stretch = []
        stretch.append(hold)
        until = max(until, hold.window.end)
    if stretch:
        yield stretch


def _pack_stretch(stretch: list[Packed], pool: tuple[int, ...]) -> dict[str, int] | None:
    """Place the movable holds of one stretch, sorted by start, whose peak overlap is within the pool."""
    movable = [hold for hold in stretch if hold.connector_id is None]
    pins: dict[int, list[Slot]] = {connector: [] for connector in pool}
    for hold in stretch:
        if hold.connector_id is not None:
            pins[hold.connector_id].append(hold.window)
    last_pin = max((windows[-1].start for windows in pins.values() if windows), default=_ALWAYS)
    last_of_few = max((hold.window.start for hold in movable if hold.among is not None), default=_ALWAYS)
    contended = [hold for hold in movable if hold.window.start < last_pin or hold.window.start <= last_of_few]
    search = _Search(contended, pins)
    if contended and not search.run():
        return None
    free_from = {c: max([search.busy[c], *(w.end for w in pins[c])]) for c in pool}
    return search.assignment() | _left_edge(movable[len(contended) :], free_from)


def _left_edge(movable: list[Packed], free_from: dict[int, datetime]) -> dict[str, int]:
    """Give each hold, by start, the connector that has been free the longest: most slack for a late leaver.

    Nothing is pinned after the first of them, so within capacity this cannot fail.
    """
    idle = [(at, order, connector) for order, (connector, at) in enumerate(free_from.items())]
    heapify(idle)
    placed = {}
    for hold in movable:
        _, order, connector = idle[0]
        heapreplace(idle, (hold.window.end, order, connector))
        placed[hold.key] = connector
    return placed


class _Step:
    """What does not change of one hold's turn: `at`, when it begins, and `until`; which connectors it fits on beside
    what is pinned there, in the order in which they are tried (`fitting`), those that are alike under one key. Of all
    connectors those with a later pin (`pinned`), and the kinds of the others (`alike`).
    """

    __slots__ = ("alike", "at", "fitting", "pinned", "until")

    def __init__(self, search: "_Search", hold: Packed) -> None:
        window = hold.window
        self.at, self.until = search.rank[window.start], search.rank[window.end]
        self.pinned: list[int] = []
        self.alike: list[tuple[int, int]] = []
        fitting: list[tuple[tuple[int, int, int], int]] = []
        for order, connector in enumerate(search.connectors):
            next_pin, kind = search.next_pin(connector, window.start), search.kinds[order]
            is_pinned = next_pin < search.never
            if is_pinned:
                self.pinned.append(order)
            else:
                self.alike.append((order, kind))
            if (hold.among is None or connector in hold.among) and self.until <= next_pin:
                # Connectors of a kind without a later pin are alike from here on: one of them stands for all.
                fitting.append(((kind, next_pin, order if is_pinned else -1), order))
        self.fitting = sorted(fitting)


class _Search:
    """Depth-first over holds by start, without recursion; a situation that failed once is not tried again.

    Instants are numbers here, in their order (`rank`), and connectors by their place in the pool.
    """

    def __init__(self, holds: list[Packed], pins: dict[int, list[Slot]]) -> None:
        self._holds = holds
        self._pins = pins
        self._pin_ends = {connector: [w.end for w in windows] for connector, windows in pins.items()}
        self.connectors = [*pins]
        known = [hold.window for hold in holds] + [window for each in pins.values() for window in each]
        instants = sorted({at for window in known for at in (window.start, window.end)})
        self.rank = {at: number for number, at in enumerate(instants)}
        self.never = len(instants)
        self._until = [_AT_ONCE] * len(pins)
        """When the last placed hold leaves each connector."""
        few = list(dict.fromkeys(hold.among for hold in holds if hold.among is not None))
        uses = [tuple(connector in among for among in few) for connector in pins]
        by_use = sorted(set(uses), key=lambda kind: (sum(kind), kind))
        self.kinds = [by_use.index(use) for use in uses]
        """By which of those that fit on some only may be on it: alike, if by the same. Those for the fewest first."""
        self._steps: dict[int, _Step] = {}
        self._chosen: list[tuple[int, int]] = []
        self._failed: set[_Situation] = set()
        self._met: dict[int, _Situation] = {}
        """By the number of holds that are placed, where that was worked out already."""

    @property
    def busy(self) -> dict[int, datetime]:
        """Until when the last placed hold takes each connector."""
        found = dict.fromkeys(self.connectors, _ALWAYS)
        for (order, _), hold in zip(self._chosen, self._holds, strict=False):
            found[self.connectors[order]] = hold.window.end
        return found

    def assignment(self) -> dict[str, int]:
        return {hold.key: self.connectors[self._chosen[index][0]] for index, hold in enumerate(self._holds)}

    def run(self) -> bool:
        untried = [self._candidates(0)]
        for _ in range(SEARCH_STEPS + len(self._holds)):
            order = next(untried[-1], None)
            if order is None:
                untried.pop()
                if not untried:
                    return False
                self._take_back()
                continue
            self._chosen.append((order, self._until[order]))
            self._until[order] = self._step(len(self._chosen) - 1).until
            if len(self._chosen) == len(self._holds):
                return True
            untried.append(self._candidates(len(self._chosen)))
        return False

    def next_pin(self, connector: int, at: datetime) -> int:
        """Start of the first pin that has not ended at `at` (it may be running)."""
        windows = self._pins[connector]
        position = bisect_right(self._pin_ends[connector], at)
        return self.rank[windows[position].start] if position < len(windows) else self.never

    def _take_back(self) -> None:
        index = len(self._chosen)
        self._failed.add(self._met.pop(index) if index in self._met else self._situation(index))
        order, before = self._chosen.pop()
        self._until[order] = before

    def _candidates(self, index: int) -> Iterator[int]:
        """Fitting connectors, tightest first: for the fewest others, then the one whose next pin comes soonest."""
        self._met.pop(index, None)
        if self._failed:
            self._met[index] = situation = self._situation(index)
            if situation in self._failed:
                return iter(())
        step, found, last = self._step(index), list[int](), None
        for key, order in step.fitting:
            if key != last and self._until[order] <= step.at:
                found.append(order)
                last = key
        return iter(found)

    def _step(self, index: int) -> _Step:
        if index not in self._steps:
            self._steps[index] = _Step(self, self._holds[index])
        return self._steps[index]

    def _situation(self, index: int) -> _Situation:
        """Who is still there, and for how long: at which of the pinned connectors, at how many of each other kind."""
        step, until = self._step(index), self._until
        pinned = [(order, until[order]) for order in step.pinned if until[order] > step.at]
        alike = [(kind, until[order]) for order, kind in step.alike if until[order] > step.at]
        alike.sort()
        return index, tuple(pinned), tuple(alike)
