"""The best-supported path through readings of a register: which of them can all be true together. Pure.

Each reading has a weight, and a path is worth the sum of those on it, less what its assumptions cost: a register that
began anew, a number read in another unit. One wild value is never worth an assumption; three that agree are.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

_NAMED = {"start": 6, "stop": 6}
_BEGIN_OR_END, _SAMPLE = 4, 2
RESET_COSTS = 5
"""More than two samples: it takes a third, or the end, that goes on from zero."""
RESCALING_COSTS = 3
"""More than one sample; readings that follow each other in the same wrong unit are one assumption."""
_IMPOSSIBLE = -(10**9)
_NO_SESSION_WH = 1_000_000
"""So much lies between a number in the wrong unit and the right one, where the register is a meter's own: what merely
came too fast is not taken for a mistaken unit. Of smaller numbers, only an end may be, right beside what was told last.
"""
_JITTER_WH = 10
"""By so much an end may lie below its beginning: both are rounded, and nothing was delivered."""
_ROUNDED_WH = 1_000
"""What a number in whole kWh hides."""


class Read(Protocol):
    """What a path needs of a reading."""

    @property
    def at(self) -> datetime: ...
    @property
    def wh(self) -> int: ...
    @property
    def context(self) -> str: ...
    @property
    def told(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def claims(self) -> bool: ...


R = TypeVar("R", bound=Read)


@dataclass(frozen=True, slots=True)
class Node(Generic[R]):
    """A reading, and how it is read."""

    reading: R
    wh: int
    weight: int
    rescaled: bool = False
    is_small: bool = False
    """So little lies between both units that another meaning must be right beside what was told before."""


@dataclass(frozen=True, slots=True)
class Path(Generic[R]):
    """`parts`: nodes between two falls of the register, and what it rose by in each."""

    parts: tuple[tuple[tuple[Node[R], ...], int], ...] = ()

    @property
    def nodes(self) -> tuple[Node[R], ...]:
        return tuple(node for nodes, _ in self.parts for node in nodes)

    @property
    def energy_wh(self) -> int:
        return sum(max(energy, 0) for _, energy in self.parts)


@dataclass(slots=True)
class _Best(Generic[R]):
    """The best path that ends at a node: what it is worth, less energy first; and where it came from."""

    node: Node[R]
    worth: int
    energy: int
    before: "_Best[R] | None" = None
    is_reset: bool = False


@dataclass(frozen=True, slots=True)
class _Step:
    """What it costs to believe both readings, and what was delivered in between."""

    cost: int
    rise: int
    is_reset: bool = False


Deliverable = Callable[[timedelta], int]


def readings_as(readings: Sequence[R], *, bounded: bool) -> list[list[Node[R]]]:
    """Each reading, in every unit that its number may have been meant in.

    `bounded`: between a beginning and an end that fit. A sample between them cannot raise the bill by being read in
    another unit, whatever it calls itself, so that it is no register that has begun anew.
    """
    return [_ways(reading, bounded=bounded) for reading in readings]


def _ways(reading: R, *, bounded: bool) -> list[Node[R]]:
    is_named = reading.claims and reading.context != "sample"
    weight = _NAMED.get(reading.told, _BEGIN_OR_END) if is_named else _SAMPLE
    ways = [Node(reading, reading.wh, weight)]
    says_kwh = reading.unit not in ("", "Wh")
    is_free = bounded and not is_named and not says_kwh  # less than one kWh is told as a zero
    if reading.unit == "Wh" and not is_free:
        return ways
    other = reading.wh // 1000 if says_kwh else reading.wh * 1000
    if is_free:
        return [*ways, Node(reading, other, weight, rescaled=True)]
    is_end = is_named and reading.context == "end" and not reading.unit
    is_small = abs(other - reading.wh) <= _NO_SESSION_WH
    if not is_small or (is_end and other):
        ways.append(Node(reading, other, weight, rescaled=True, is_small=is_small))
    return ways


def as_told(readings: Iterable[R]) -> list[list[Node[R]]]:
    """Each reading as its number stands, and no otherwise."""
    return [_ways(reading, bounded=False)[:1] for reading in readings]


def fell(before_wh: int, after_wh: int) -> bool:
    """Low enough for a register that has begun anew."""
    return after_wh * 4 <= before_wh


def best_path(ways: Sequence[Sequence[Node[R]]], deliverable: Deliverable, *, forced: bool) -> Path[R]:
    """`ways`: for each reading, in order, how it may be read. `forced`: the first and the last are on the path."""
    if not ways:
        return Path()
    straight = _straight([way[0] for way in ways], deliverable)
    if straight is not None:
        return straight
    bests: list[list[_Best[R]]] = []
    for position, options in enumerate(ways):
        bests.append(
            [_best_to(node, bests, deliverable, may_begin=not forced or position == 0) for node in options]
        )
    ends = bests[-1] if forced else [best for group in bests for best in group]
    return _path(max(ends, key=lambda best: (best.worth, -best.energy)))


def _straight(nodes: Sequence[Node[R]], deliverable: Deliverable) -> Path[R] | None:
    """All of them, where nothing is wrong with any: nearly always."""
    for before, node in pairwise(nodes):
        rise = node.wh - before.wh
        if rise < 0 or rise > deliverable(node.reading.at - before.reading.at):
            return None
    return Path(((tuple(nodes), nodes[-1].wh - nodes[0].wh),))


def _best_to(
    node: Node[R], earlier: Sequence[Sequence[_Best[R]]], deliverable: Deliverable, *, may_begin: bool
) -> _Best[R]:
    begins = node.weight - (RESCALING_COSTS if node.rescaled else 0)
    best = _Best(node, begins if may_begin and not node.is_small else _IMPOSSIBLE, 0)
    for group in earlier:
        for before in group:
            step = _step(before.node, node, deliverable)
            if step is None or (step.is_reset and not _is_borne_out(before, node)):
                continue
            worth, energy = before.worth + node.weight - step.cost, before.energy + step.rise
            if (worth, -energy) > (best.worth, -best.energy):
                best = _Best(node, worth, energy, before, is_reset=step.is_reset)
    return best


def _is_borne_out(best: _Best[R], node: Node[R]) -> bool:
    """Does more than a single sample say that the register stood so high before it began anew?"""
    before = best.before
    is_named = best.node.reading.context != "sample"
    return is_named or before is None or best.is_reset or fell(before.node.wh, node.wh)


def _step(before: Node[R], node: Node[R], deliverable: Deliverable) -> _Step | None:
    """From one to the other; None: they cannot both be true."""
    rise = node.wh - before.wh
    most = deliverable(node.reading.at - before.reading.at)
    if node.is_small and not -_ROUNDED_WH < rise <= _ROUNDED_WH:
        return None
    cost = RESCALING_COSTS if node.rescaled and not before.rescaled else 0
    if 0 <= rise <= most:
        return _Step(cost, rise)
    if -_JITTER_WH <= rise < 0 and before.reading.context == "begin" and node.reading.context == "end":
        return _Step(cost, 0)
    if -_ROUNDED_WH < rise < 0 and (node.rescaled or before.rescaled):
        # Of whole kWh: the next one makes up for it; after an end there is none.
        return _Step(cost, 0 if node.rescaled and node.reading.context == "end" else rise)
    if fell(before.wh, node.wh) and node.wh <= most:
        return _Step(cost + RESET_COSTS, node.wh, is_reset=True)
    return None


def _path(last: _Best[R]) -> Path[R]:
    parts: list[tuple[tuple[Node[R], ...], int]] = []
    nodes: list[Node[R]] = []
    until, best = last.energy, last
    while True:
        nodes.append(best.node)
        before = best.before
        if before is None or best.is_reset:
            energy = until - (0 if before is None else before.energy)
            parts.append((tuple(reversed(nodes)), energy))
            nodes, until = [], 0 if before is None else before.energy
        if before is None:
            return Path(tuple(reversed(parts)))
        best = before
