"""What of a pool is taken: by holds, by maintenance, by who lingers; and how much room is left."""

from dataclasses import dataclass, field
from functools import cached_property

from domain.place.crowd import Crowd, HoldsMissing
from domain.place.holds import OpenHold
from domain.place.installed import Installed
from domain.place.lingering import Lingering
from domain.place.maintenance import with_closed
from domain.place.occupancy import Occupancy
from domain.place.slots import Slot
from domain.place.wishes import Candidates, Reach, Wish, reach_of
from domain.terms.policy import LONGEST_LEAD


@dataclass(frozen=True, kw_only=True)
class Occupied(Installed):
    """`holds` and all else that takes time of the berths."""

    _reaches: dict[int, tuple[Candidates, Reach]] = field(default_factory=dict, init=False, compare=False)
    _gone: dict[frozenset[int], frozenset[int]] = field(default_factory=dict, init=False, compare=False)

    def room(self, wish: Wish) -> int | None:
        """How many more holds like this one there is room for, the walk-in share kept; None: that does not apply."""
        return self.room_within(self.unpromised(wish), wish)

    def room_within(self, room: int | None, wish: Wish) -> int | None:
        """The same, for who knows what is `unpromised`."""
        if room is None or not self._lingering.touches(wish.window):
            return room
        serving = self._reach(wish.candidates).serving
        others = self._crowd.without(self._elsewhere(serving)).beside(self._lingering.on(serving))
        return min(room, len(serving) - others.peak(wish.window))

    def unpromised(self, wish: Wish) -> int | None:
        """The same, whoever is there without a promise: prices go by it, and are the same when they are asked again."""
        limit = wish.candidates.limit
        return None if limit is None else limit - self._peak(wish)

    def free_as_is(self, wish: Wish) -> list[int]:
        """Candidates with nothing promised on their berth in the window, in the order of the wish."""
        return [
            c for c in wish.candidates.ids if self._occupied.is_free(self.ground.berth_of[c], wish.window)
        ]

    @cached_property
    def _lingering(self) -> Lingering:
        return Lingering(self.connectors, self.holds, self.now)

    @cached_property
    def _occupied(self) -> Occupancy:
        """All that is promised, and who lingers where nothing is. Raises HoldsMissing where holds were counted."""
        each = self._crowd.each
        if not self._lingering:
            return each
        return Occupancy([*self._taken, *self._lingering.beside(self._taken)], self.now)

    @cached_property
    def _taken(self) -> tuple[OpenHold, ...]:
        """The holds, and what is closed for maintenance beside them."""
        return with_closed(self.holds, self.ground.closed, self.seen) if self.ground.closed else self.holds

    @property
    def _all_taken(self) -> tuple[OpenHold, ...]:
        """Raises HoldsMissing where holds were counted."""
        if self.counted is not None:
            raise HoldsMissing(self.facts.id)
        return self._taken

    @cached_property
    def _crowd(self) -> Crowd:
        return Crowd(self.facts.id, self._taken, self.now, self.counted)

    def _reach(self, candidates: Candidates) -> Reach:
        """Worked out once for all wishes that share them; they are kept with it, so that an id stays theirs."""
        if id(candidates) not in self._reaches:
            self._reaches[id(candidates)] = (candidates, reach_of(candidates, self.ground.berth_of))
        return self._reaches[id(candidates)][1]

    @cached_property
    def _strangers(self) -> tuple[OpenHold, ...]:
        """Holds of other pools on shared berths."""
        return tuple(h for h in self._taken if h.connector_id not in self.ground.berth_of)

    def _peak(self, wish: Wish) -> int:
        """The most berths taken at once of those that serve, or that will be needed of those."""
        serving = self._reach(wish.candidates).serving
        return self._crowd.without(self._elsewhere(serving)).peak(wish.window)

    def _elsewhere(self, serving: frozenset[int]) -> frozenset[int]:
        """What another pool has on a berth that does not serve here will never ask for one that does."""
        if serving not in self._gone:
            self._gone[serving] = frozenset(h.id for h in self._strangers if h.berth_id not in serving)
        return self._gone[serving]

    def _check_fixed_seen(self, window: Slot) -> None:
        """Nobody of this pool is fixed for longer ahead than LONGEST_LEAD; what lies beyond a gap cannot matter."""
        differ = self.shared or self.admission is not None or bool(self.ground.maintenance)
        if self.seen and (differ or self.seen.end < self.now + LONGEST_LEAD):
            self._check_seen(Slot(window.start, self._crowd.profile.end_around(window)))

    def _check_seen(self, span: Slot) -> None:
        """Holds that ended before `now` cannot move and stand in nobody's way, so they need not be seen."""
        if self.seen is None:
            return
        unseen_before = span.start < self.seen.start and self.seen.start > self.now
        if unseen_before or span.end > self.seen.end:
            raise HoldsMissing(self.facts.id)
