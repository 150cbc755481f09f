"""A pool at one instant: which connector a hold is given. Who can serve is in `installed`, what is taken in `occupied`.

How one is chosen for each occasion stands in `choosing`; here is what all of them share: first the walk-in share,
then a connector that is free as it is, then re-packing (`making_way`). `serving` and `limit` are where a pool is
narrowed; for one caller, `ground` is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from domain.place.choice import Choice, NoPlace
from domain.place.closures import ClosureCause
from domain.place.few_moves import Accepted, FewMoves, Made
from domain.place.holds import HoldTimes, OpenHold
from domain.place.maintenance import ends_at
from domain.place.making_way import MakingWay
from domain.place.occupied import Occupied
from domain.place.places import Places
from domain.place.reasons import NoPlaceReason
from domain.place.rows import Rows, Timeline
from domain.place.slots import Slot
from domain.place.wishes import Candidates, Wish

NEIGHBOURHOOD = timedelta(days=1)
"""A hold that ended longer ago than this does not make its connector a better fit."""


def neighbourhood(window: Slot) -> Slot:
    """The span whose holds decide how well a connector fits, and nearly always whether there is one."""
    return Slot(window.start - NEIGHBOURHOOD, window.end + NEIGHBOURHOOD)


@dataclass(frozen=True, kw_only=True)
class Pool(Occupied):
    """Gives a hold its connector."""

    _moves: dict[Candidates, FewMoves] = field(default_factory=dict, init=False, compare=False)
    _moves_by_id: dict[int, tuple[Candidates, FewMoves]] = field(
        default_factory=dict, init=False, compare=False
    )
    """The same by the id of the candidates, which are kept with it."""

    def without(self, *hold_ids: int) -> "Pool":
        """The pool as those holds' own change sees it."""
        return replace(self, holds=tuple(h for h in self.holds if h.id not in hold_ids))

    def but_for(self, code: str, *hold_ids: int) -> "Pool":
        """The same, without the sessions of that reservation, too."""
        others = self.without(*hold_ids)
        if not any(one.code == code for c in self.connectors for one in c.running):
            return others
        seen = (
            replace(c, running=tuple(one for one in c.running if one.code != code)) for c in self.connectors
        )
        return replace(others, connectors=tuple(seen))

    def after(self, choice: Choice, times: HoldTimes, hold_id: int) -> "Pool":
        """The pool once a soft hold has been placed by `choice`."""
        return self.after_all([choice], times, [hold_id])

    def after_all(self, choices: Sequence[Choice], times: HoldTimes, hold_ids: Iterable[int]) -> "Pool":
        """The same of several, one after the other: who moves again is where they moved last."""
        moves = {id_: to for choice in choices for id_, to in choice.moves.items()}
        stay = (self._moved(h, moves.get(h.id)) for h in self.holds) if moves else self.holds
        placed = (
            self._placed(choice, times, hold_id) for choice, hold_id in zip(choices, hold_ids, strict=False)
        )
        return replace(self, holds=(*stay, *placed))

    def _placed(self, choice: Choice, times: HoldTimes, hold_id: int) -> OpenHold:
        return OpenHold(
            id=hold_id,
            pool_id=self.facts.id,
            connector_id=choice.connector_id,
            berth_id=self.ground.berth_of[choice.connector_id],
            window=times.window,
            opens_at=times.opens_at,
            locked=False,
            plug=self.facts.connector_type,
            confined=len(self.offering(self.connectors)) < len(self.connectors),
            among=self.ground.among(times.slot),
            needs=self.needs,
        )

    def accepted(self, wish: Wish, most: int) -> Accepted:
        """How many such holds find a place one after another, within `most`, and how many at most if whoever makes way
        has to be searched for. Raises HoldsMissing.
        """
        if not self._differs(wish):
            return Accepted(self.berths(self.free_as_is(wish)), [], most)
        moving = self._few_will_do(wish)
        return self._few_moves(wish.candidates).accepted(wish.window, most, moving=moving)

    def choose(self, wish: Wish) -> Choice | NoPlace:
        """A free candidate; failing that, one that others make way on. May raise HoldsMissing."""
        if wish.candidates.limit is None and self._lingering:
            return self.as_of_promises.choose(wish)
        found = self._chosen(wish)
        until = ends_at(self.ground.maintenance, wish.window) if isinstance(found, NoPlace) else None
        if until is not None and isinstance(self._unmaintained.choose(wish), Choice):
            return NoPlace(NoPlaceReason.MAINTENANCE, until)
        return found

    def _chosen(self, wish: Wish) -> Choice | NoPlace:
        self._check_seen(wish.window)
        if not wish.candidates.ids:
            return NoPlace(wish.candidates.refusal_if_none)
        room = self.room(wish)
        if room is not None and room <= 0:
            return NoPlace(self._refusal(wish, self._why_no_room(wish)))
        free = self.free_as_is(wish)
        if free:
            return Choice(pool_id=self.facts.id, connector_id=self._best(free, wish), plug=self.plug)
        return self._packed(wish)

    def room_decides(self, wish: Wish) -> bool:
        """Will re-packing find a connector for as many such holds as there is room for?

        It does when each berth that serves is a candidate, nobody around is fixed for a later time, and all around fit
        on those that serve: who came before stays, who comes after makes way. May raise HoldsMissing.
        """
        reach = self._reach(wish.candidates)
        if not reach.all_wanted:
            return False
        if self._lingering and (self._lingering.in_the_way_of or not reach.all_serve):
            return False
        self._check_fixed_seen(wish.window)
        last_fixed = self._crowd.profile.last_fixed_around(wish.window)
        if last_fixed is not None and last_fixed > wish.window.start:
            return False
        return reach.all_serve or self._fit_on(wish, reach.serving, last_fixed)

    @cached_property
    def _unmaintained(self) -> "Pool":
        """As if nothing was planned."""
        open_hours = tuple(c for c in self.closures if c.cause is not ClosureCause.MAINTENANCE)
        return replace(self, closures=open_hours)

    @cached_property
    def as_of_promises(self) -> "Pool":
        """As if nobody was there without one."""
        return replace(self, connectors=tuple(replace(c, running=()) for c in self.connectors))

    def _moved(self, hold: OpenHold, connector_id: int | None) -> OpenHold:
        if connector_id is None:
            return hold
        return replace(hold, connector_id=connector_id, berth_id=self.ground.berth_of[connector_id])

    def _best(self, free: Sequence[int], wish: Wish) -> int:
        """The one that leaves the smallest gap before the window; a doubtful one last."""
        start = wish.window.start

        def gap(connector_id: int) -> timedelta:
            ended = self._occupied.last_end(self.ground.berth_of[connector_id], start)
            return NEIGHBOURHOOD if ended is None else min(start - ended, NEIGHBOURHOOD)

        asked = wish.candidates
        return min(free, key=lambda c: (c in asked.doubtful, c in asked.scarce, gap(c)))

    def _packed(self, wish: Wish) -> Choice | NoPlace:
        """A candidate that becomes free when soft holds change connectors among themselves."""
        if self._differs(wish) and self._few_will_do(wish):
            made = self._few_moves(wish.candidates).made(wish.window)
            if made is not None:
                return self.chosen_by(made, wish.candidates)
        around = self._around(wish)
        making_way = MakingWay(
            connectors=self.connectors,
            berth_of=self.ground.berth_of,
            now=self.now,
            around=around,
            last_fixed=lambda: self._crowd.profile.last_fixed_around(wish.window),
        )
        way = None
        if self._lingering:
            settled = [h for h in self._taken if h.is_settled(self.now)]
            there = self._lingering.beside(settled)
            way = replace(making_way, lingering=there, restless=self._lingering.in_the_way_of).found(wish)
        if way is None and not self._lingering.touches(wish.window):
            way = making_way.found(wish)
        if way is None:
            return NoPlace(self._refusal(wish, NoPlaceReason.FIXED_HOLDS))
        return Choice(pool_id=self.facts.id, connector_id=way.connector_id, moves=way.moves, plug=self.plug)

    def _differs(self, wish: Wish) -> bool:
        """Is one berth not as good as another, for the wish or for those who may have to make way?"""
        return self._are_choosy or not self._reach(wish.candidates).all_wanted

    @cached_property
    def _are_choosy(self) -> bool:
        return any(h.is_choosy for h in self.holds)

    def _few_will_do(self, wish: Wish) -> bool:
        """Not where somebody lingers, nor where somebody has to leave a berth that does not serve: then more than those
        in the window need another place.
        """
        if self._lingering.touches(wish.window):
            return False
        reach = self._reach(wish.candidates)
        around = None if reach.all_serve else self._crowd.profile.around(wish.window)
        if around is None:
            return True
        self._check_seen(around)
        return all(
            h.is_settled(self.now) or not h.window.overlaps(around)
            for h in self._crowd.off(reach.serving, self.ground.berth_of.values())
        )

    def _few_moves(self, candidates: Candidates) -> FewMoves:
        """Worked out once for all wishes whose candidates are the same; neighbours have the very same."""
        known = self._moves_by_id.get(id(candidates))
        if known is not None:
            return known[1]
        if candidates not in self._moves:
            best = sorted(candidates.ids, key=lambda c: (c in candidates.doubtful, c in candidates.scarce))
            places = Places(self.connectors, self.ground.berth_of, candidates)
            rows = Rows(places, self.berths(best), self._timeline, self._lingering.whole)
            self._moves[candidates] = FewMoves(rows, self._check_seen)
        self._moves_by_id[id(candidates)] = (candidates, self._moves[candidates])
        return self._moves[candidates]

    @cached_property
    def _timeline(self) -> Timeline:
        """Raises HoldsMissing where holds were counted."""
        return Timeline(self._all_taken, self.now)

    def chosen_by(self, made: Made, candidates: Candidates) -> Choice:
        """What was made of them."""
        places = Places(self.connectors, self.ground.berth_of, candidates)
        by_id = {h.id: h for h in self.holds if h.id in made.moves} if made.moves else {}
        return Choice(
            pool_id=self.facts.id,
            connector_id=places.on(made.berth_id, candidates.ids),
            moves={id_: places.on(berth, places.of(by_id[id_])) for id_, berth in made.moves.items()},
            plug=self.plug,
        )

    def _fit_on(self, wish: Wish, serving: frozenset[int], last_fixed: datetime | None) -> bool:
        """Some berths do not serve: can soft holds that are promised one of them be moved without a search?"""
        around = self._crowd.profile.around(wish.window)
        if around is None:
            return True
        self._check_seen(around)
        start = wish.window.start
        # Who may start already is fixed as soon as placed, and those before must then find their place around it.
        settled = start if start - self.policy.early_start <= self.now else last_fixed
        stranded = [
            h for h in self._crowd.off(serving, self.ground.berth_of.values()) if h.window.overlaps(around)
        ]
        fixed = frozenset(h.id for h in stranded if h.is_fixed(self.now))
        if settled is not None and any(h.window.start < settled for h in stranded if h.id not in fixed):
            return False
        return self._crowd.without(fixed).peak(around) <= len(serving)

    def _around(self, wish: Wish) -> list[OpenHold]:
        """All holds whose connectors may matter for the wish."""
        around = self._crowd.each.around(wish.window)
        if around:
            self._check_seen(Slot(min(h.window.start for h in around), max(h.window.end for h in around)))
        return around

    def _refusal(self, wish: Wish, otherwise: NoPlaceReason) -> NoPlaceReason:
        full = self._peak(wish) >= len(self.berths(wish.candidates.serving))
        return NoPlaceReason.FULL if full else otherwise

    def _why_no_room(self, wish: Wish) -> NoPlaceReason:
        shared = (wish.candidates.limit or 0) <= self._peak(wish)
        return NoPlaceReason.WALK_IN_SHARE if shared else NoPlaceReason.OCCUPIED
