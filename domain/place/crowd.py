"""The open holds of a pool: known one by one, or most of them only counted, which is enough for most offers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from domain.place.holds import OpenHold
from domain.place.occupancy import Occupancy
from domain.place.profile import Change, Profile


class HoldsMissing(Exception):
    """Holds that were only counted decide this, or some outside `Pool.seen`: ask again with those of the pool."""

    def __init__(self, pool_id: str) -> None:
        super().__init__(pool_id)
        self.pool_id = pool_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Holds of a pool that shares no berth and has one type of plug, counted where they are stored.

    `changes`: of all of them, by instant. `known`: berths all of whose holds are known one by one; so is each hold that
    is fixed, on whatever berth.
    """

    changes: Sequence[Change]
    known: frozenset[int]


class Crowd:
    """`holds`: all there are, or with `counted` those that it says."""

    def __init__(
        self, pool_id: str, holds: Sequence[OpenHold], now: datetime, counted: Counted | None
    ) -> None:
        self._pool_id = pool_id
        self._holds = holds
        self._now = now
        self._counted = counted
        self._without: dict[frozenset[int], Profile] = {}

    @cached_property
    def each(self) -> Occupancy:
        """Raises HoldsMissing where they were counted."""
        if self._counted is not None:
            raise HoldsMissing(self._pool_id)
        return Occupancy(self._holds, self._now)

    @cached_property
    def profile(self) -> Profile:
        if self._counted is None:
            return self.each.profile
        fixed = (hold.window.start for hold in self._holds if hold.is_fixed(self._now))
        return Profile(self._counted.changes, fixed)

    def without(self, gone: frozenset[int]) -> Profile:
        """As if those of `holds` were not there: who asks for many windows mostly asks for the same."""
        if not gone:
            return self.profile
        if gone not in self._without:
            self._without[gone] = self.profile.without(h for h in self._holds if h.id in gone)
        return self._without[gone]

    def off(self, berths: frozenset[int], all_berths: Collection[int]) -> list[OpenHold]:
        """Those on other berths than `berths`. Raises HoldsMissing where not all of them are known."""
        if self._counted is not None and not berths | self._counted.known >= {*all_berths}:
            raise HoldsMissing(self._pool_id)
        return [hold for hold in self._holds if hold.berth_id not in berths]
