"""Who makes way where a pool's connectors differ by their plugs: soft holds that fit on some of them only.

`packing` moves holds that fit anywhere. Here a few are moved, each to a berth that has its plug: found by trying,
within bounds, so that what is found is right and what is not found may exist.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.place.connectors import PoolConnector
from domain.place.holds import OpenHold
from domain.place.slots import Slot
from domain.place.wishes import Wish

MOST_TRIES = 300
"""Berths tried for one booking (some milliseconds); beyond it the pool counts as full."""
_DEEPEST = 3
"""Holds that move for each other's sake, one after another."""
_NEWCOMER = 0
"""No hold's id."""


def made_way(
    around: Sequence[OpenHold], wish: Wish, connectors: Sequence[PoolConnector], now: datetime
) -> tuple[int, dict[int, int]] | None:
    """A candidate of `wish`, and the connectors (hold id → id) to which soft ones of `around` move for it."""
    if not any(hold.may_make_way(now) for hold in around):
        return None
    by_id = {connector.id: connector for connector in connectors}
    serving = [by_id[id_] for id_ in wish.candidates.serving if id_ not in wish.candidates.doubtful]

    def places(hold: OpenHold) -> dict[int, int]:
        """Connectors whose plug of its type can be used, by their berth."""
        fitting = [c for c in serving if c.has(hold.plug) and c.wanted_for(hold.plug).is_usable]
        return {c.berth_id: c.id for c in reversed(fitting)}

    wanted = {by_id[id_].berth_id: id_ for id_ in reversed(wish.candidates.ids)}
    found = _MakingWay(around, lambda hold: [*places(hold)], now).for_newcomer(wish.window, sorted(wanted))
    if found is None:
        return None
    berth, moved = found
    return wanted[berth], {hold.id: places(hold)[moved[hold.id]] for hold in around if hold.id in moved}


@dataclass(slots=True)
class _MakingWay:
    """`holds`: all that may be in the way. `berths_for`: where a hold that moves may go."""

    holds: Sequence[OpenHold]
    berths_for: Callable[[OpenHold], Sequence[int]]
    now: datetime
    _windows: dict[int, Slot] = field(default_factory=dict)
    _by_id: dict[int, OpenHold] = field(default_factory=dict)
    _tries: int = 0

    def for_newcomer(self, window: Slot, berths: Sequence[int]) -> tuple[int, dict[int, int]] | None:
        """A berth of `berths`, and where each hold goes that leaves its own for that (hold id → berth)."""
        self._by_id = {hold.id: hold for hold in self.holds}
        self._windows = {hold.id: hold.window for hold in self.holds} | {_NEWCOMER: window}
        stand = {hold.id: hold.berth_id for hold in self.holds}
        found = self._placed(_NEWCOMER, berths, stand, frozenset(), _DEEPEST)
        if found is None:
            return None
        placed, _ = found
        moves = {id_: berth for id_, berth in placed.items() if id_ in stand and berth != stand[id_]}
        return placed[_NEWCOMER], moves

    def _placed(
        self, who: int, berths: Sequence[int], stand: dict[int, int], settled: frozenset[int], depth: int
    ) -> tuple[dict[int, int], frozenset[int]] | None:
        """Where all stand then, and who of them has been given a place already and keeps it."""
        blocked = sorted(
            ((self._in_the_way(who, berth, stand), berth) for berth in berths), key=lambda one: len(one[0])
        )
        for blockers, berth in blocked:
            self._tries += 1
            if self._tries > MOST_TRIES or (blockers and not depth):
                return None
            if all(id_ not in settled and self._by_id[id_].may_make_way(self.now) for id_ in blockers):
                found = self._cleared(blockers, berth, stand | {who: berth}, settled | {who}, depth - 1)
                if found is not None:
                    return found
        return None

    def _cleared(
        self, blockers: list[int], berth: int, stand: dict[int, int], settled: frozenset[int], depth: int
    ) -> tuple[dict[int, int], frozenset[int]] | None:
        for id_ in blockers:
            elsewhere = [other for other in self.berths_for(self._by_id[id_]) if other != berth]
            found = self._placed(id_, elsewhere, stand, settled, depth)
            if found is None:
                return None
            stand, settled = found
        return stand, settled

    def _in_the_way(self, who: int, berth: int, stand: dict[int, int]) -> list[int]:
        window = self._windows[who]
        return sorted(
            id_
            for id_, at in stand.items()
            if id_ != who and at == berth and self._windows[id_].overlaps(window)
        )
