"""A connector that becomes free when soft holds change theirs among themselves: re-packing, as a pool asks for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.place.connectors import PoolConnector
from domain.place.holds import OpenHold
from domain.place.packing import Packed, pack
from domain.place.places import Places
from domain.place.wishes import Wish

_NEWCOMER = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """`connector_id`: what is given, once the holds in `moves` (hold id → connector id) have moved."""

    connector_id: int
    moves: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class MakingWay:
    """`around`: all holds whose connectors may matter for the wish. `last_fixed`: when the last of them begins that is
    fixed; None: none is. `lingering`: time that is taken beside them; `restless`: those of the holds that it is in the
    way of.
    """

    connectors: Sequence[PoolConnector]
    berth_of: Mapping[int, int]
    now: datetime
    around: Sequence[OpenHold]
    last_fixed: Callable[[], datetime | None]
    lingering: Sequence[OpenHold] = ()
    restless: frozenset[int] = frozenset()

    def found(self, wish: Wish) -> Way | None:
        """None: whoever could move has nowhere to go."""
        places = Places(self.connectors, self.berth_of, wish.candidates)
        serving, wanted = sorted(places.serving), places.wanted
        anywhere = wanted.issuperset(serving)
        newcomer = Packed(_NEWCOMER, wish.window, among=None if anywhere else wanted)
        standing = self._standing(wish) if anywhere else [self._as_packed(h) for h in self.around]
        there = [Packed(str(one.id), one.window, one.berth_id) for one in self.lingering]
        packed = pack([*standing, *there, newcomer], serving)
        if packed is None and any(h.is_choosy and not h.is_settled(self.now) for h in self.around):
            packed = pack([*(self._fitting(h, places) for h in self.around), *there, newcomer], serving)
        if packed is None:
            return None
        moves = {
            h.id: places.on(packed[str(h.id)], places.of(h))
            for h in self.around
            if packed[str(h.id)] != h.berth_id
        }
        return Way(connector_id=places.on(packed[_NEWCOMER], wish.candidates.ids), moves=moves)

    def _fitting(self, hold: OpenHold, places: Places) -> Packed:
        """It may move to where it fits; one that fits nowhere that serves stays."""
        berths = places.berths_of(hold)
        if hold.is_settled(self.now) or not berths:
            return Packed(str(hold.id), hold.window, hold.berth_id)
        return Packed(str(hold.id), hold.window, among=berths if hold.is_choosy else None)

    def _standing(self, wish: Wish) -> list[Packed]:
        """Who came before the last fixed hold stays, if that one begins before the newcomer: nobody need search."""
        last_fixed = self.last_fixed()
        earlier = [
            h
            for h in self.around
            if last_fixed is not None and h.window.start < last_fixed <= wish.window.start
        ]
        serving = {self.berth_of[c] for c in wish.candidates.serving}
        stays = {h.id for h in earlier if h.berth_id in serving}
        stays -= self.restless
        if any(h.id not in stays and not h.is_fixed(self.now) for h in earlier):
            stays = set()  # one of them must leave a berth that does not serve: then all may have to move
        return [self._as_packed(h, stays=h.id in stays) for h in self.around]

    def _as_packed(self, hold: OpenHold, *, stays: bool = False) -> Packed:
        return Packed(str(hold.id), hold.window, hold.berth_id if stays or hold.is_fixed(self.now) else None)
