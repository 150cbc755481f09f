"""A connector that becomes free when soft holds change theirs among themselves: re-packing, as a pool asks for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.place.connectors import PoolConnector
from domain.place.holds import OpenHold
from domain.place.packing import Packed, pack
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
        serving = sorted(self._berths(wish.candidates.serving))
        wanted = frozenset(self._berths(wish.candidates.ids))
        anywhere = wanted.issuperset(serving)
        newcomer = Packed(_NEWCOMER, wish.window, among=None if anywhere else wanted)
        standing = self._standing(wish) if anywhere else [self._as_packed(h) for h in self.around]
        there = [Packed(str(one.id), one.window, one.berth_id) for one in self.lingering]
        packed = pack([*standing, *there, newcomer], serving)
        if packed is None and any(h.is_choosy and not h.is_settled(self.now) for h in self.around):
            packed = pack([*(self._fitting(h, wish) for h in self.around), *there, newcomer], serving)
        if packed is None:
            return None
        moves = {
            h.id: self._on(packed[str(h.id)], self._places(h, wish))
            for h in self.around
            if packed[str(h.id)] != h.berth_id
        }
        return Way(connector_id=self._on(packed[_NEWCOMER], wish.candidates.ids), moves=moves)

    def _berths(self, connector_ids: Iterable[int]) -> list[int]:
        return list(dict.fromkeys(self.berth_of[c] for c in connector_ids))

    def _on(self, berth_id: int, connector_ids: Iterable[int]) -> int:
        """The first of the connectors that is there."""
        return next(c for c in connector_ids if self.berth_of[c] == berth_id)

    def _fitting(self, hold: OpenHold, wish: Wish) -> Packed:
        """It may move to where it fits; one that fits nowhere that serves stays."""
        places = frozenset(self._berths(self._places(hold, wish)))
        if hold.is_settled(self.now) or not places:
            return Packed(str(hold.id), hold.window, hold.berth_id)
        return Packed(str(hold.id), hold.window, among=places if hold.is_choosy else None)

    def _places(self, hold: OpenHold, wish: Wish) -> list[int]:
        """Connectors that serve, that it may be on, and whose plug of its type can be used."""
        if not hold.is_choosy:
            return [*wish.candidates.serving]
        by_id = {c.id: c for c in self.connectors}
        serving = [by_id[id_] for id_ in wish.candidates.serving if id_ not in wish.candidates.doubtful]
        return [
            c.id
            for c in serving
            if hold.may_be_on(c.id) and c.has(hold.plug) and c.wanted_for(hold.plug).is_usable
        ]

    def _standing(self, wish: Wish) -> list[Packed]:
        """Who came before the last fixed hold stays, if that one begins before the newcomer: nobody need search."""
        last_fixed = self.last_fixed()
        earlier = [
            h
            for h in self.around
            if last_fixed is not None and h.window.start < last_fixed <= wish.window.start
        ]
        serving = self._berths(wish.candidates.serving)
        stays = {h.id for h in earlier if h.berth_id in serving}
        stays -= self.restless
        if any(h.id not in stays and not h.is_fixed(self.now) for h in earlier):
            stays = set()  # one of them must leave a berth that does not serve: then all may have to move
        return [self._as_packed(h, stays=h.id in stays) for h in self.around]

    def _as_packed(self, hold: OpenHold, *, stays: bool = False) -> Packed:
        return Packed(str(hold.id), hold.window, hold.berth_id if stays or hold.is_fixed(self.now) else None)
