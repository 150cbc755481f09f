"""Who makes way where a pool's connectors differ, by their plugs or by who may use them: soft holds that fit on some.

`packing` moves holds that fit anywhere. Here a few are moved, each to a berth that it fits on: found by trying,
within bounds, so that what is found is right and what is not found may exist.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.place.connectors import PoolConnector
from domain.place.holds import OpenHold
from domain.place.slots import Slot
from domain.place.wishes import Wish

MOST_LOOKS = 1_000
"""At berths, for one booking (some milliseconds); beyond it the pool counts as full."""
_DEEPEST = 3
"""Holds that move for each other's sake, one after another."""
_NEWCOMER = 0
"""No hold's id."""


def made_way(
    around: Sequence[OpenHold], wish: Wish, connectors: Sequence[PoolConnector], now: datetime
) -> tuple[int, dict[int, int]] | None:
    """A candidate of `wish`, and the connectors (hold id → id) to which soft ones of `around` move for it."""
    if not any(hold.is_fixed(now) and hold.may_make_way(now) for hold in around):
        return None
    by_id = {connector.id: connector for connector in connectors}
    serving = [by_id[id_] for id_ in wish.candidates.serving if id_ not in wish.candidates.doubtful]

    def places(hold: OpenHold) -> dict[int, int]:
        """Connectors that it may be on and whose plug of its type can be used, by their berth."""
        fitting = [c for c in serving if c.has(hold.plug) and c.wanted_for(hold.plug).is_usable]
        return {c.berth_id: c.id for c in reversed(fitting) if hold.may_be_on(c.id)}

    kinds = {(hold.plug, hold.among): hold for hold in around}
    of_kind = {kind: places(hold) for kind, hold in kinds.items()}

    wanted = {by_id[id_].berth_id: id_ for id_ in reversed(wish.candidates.ids)}
    making_way = _MakingWay(around, lambda hold: [*of_kind[hold.plug, hold.among]], now)
    found = making_way.for_newcomer(wish.window, sorted(wanted))
    if found is None:
        return None
    berth, moved = found
    moving = [hold for hold in around if hold.id in moved]
    return wanted[berth], {h.id: of_kind[h.plug, h.among][moved[h.id]] for h in moving}


@dataclass(slots=True)
class _MakingWay:
    """`holds`: all that may be in the way. `berths_for`: where a hold that moves may go."""

    holds: Sequence[OpenHold]
    berths_for: Callable[[OpenHold], Sequence[int]]
    now: datetime
    _windows: dict[int, Slot] = field(default_factory=dict)
    _by_id: dict[int, OpenHold] = field(default_factory=dict)
    _stood_at: dict[int, list[int]] = field(default_factory=dict)
    _looks: int = 0

    def for_newcomer(self, window: Slot, berths: Sequence[int]) -> tuple[int, dict[int, int]] | None:
        """A berth of `berths`, and where each hold goes that leaves its own for that (hold id → berth)."""
        self._by_id = {hold.id: hold for hold in self.holds}
        self._windows = {hold.id: hold.window for hold in self.holds} | {_NEWCOMER: window}
        for hold in self.holds:
            self._stood_at.setdefault(hold.berth_id, []).append(hold.id)
        placed = self._placed(_NEWCOMER, berths, {}, _DEEPEST)
        if placed is None:
            return None
        moves = {
            id_: at for id_, at in placed.items() if id_ != _NEWCOMER and at != self._by_id[id_].berth_id
        }
        return placed[_NEWCOMER], moves

    def _placed(
        self, who: int, berths: Sequence[int], placed: dict[int, int], depth: int
    ) -> dict[int, int] | None:
        """`placed`: who has been given a place already, and keeps it; then with `who`, and whoever moves for them."""
        self._looks += len(berths)
        if self._looks > MOST_LOOKS:
            return None
        ways = [(self._in_the_way(who, berth, placed), berth) for berth in berths]
        for blockers, berth in sorted(ways, key=lambda way: len(way[0])):
            if blockers and not depth:
                return None
            if all(id_ not in placed and self._by_id[id_].may_make_way(self.now) for id_ in blockers):
                cleared = self._cleared(blockers, berth, placed | {who: berth}, depth - 1)
                if cleared is not None:
                    return cleared
        return None

    def _cleared(
        self, blockers: list[int], berth: int, placed: dict[int, int], depth: int
    ) -> dict[int, int] | None:
        for id_ in blockers:
            elsewhere = [other for other in self.berths_for(self._by_id[id_]) if other != berth]
            found = self._placed(id_, elsewhere, placed, depth)
            if found is None:
                return None
            placed = found
        return placed

    def _in_the_way(self, who: int, berth: int, placed: dict[int, int]) -> list[int]:
        window = self._windows[who]
        there = [id_ for id_ in self._stood_at.get(berth, ()) if id_ not in placed]
        there += [id_ for id_, at in placed.items() if at == berth]
        return [id_ for id_ in there if id_ != who and self._windows[id_].overlaps(window)]
