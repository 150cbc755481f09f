"""What is installed in a pool, at one instant: which connectors can serve a slot, and how many of them are promised at
most.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from domain.place.admission import Admission
from domain.place.closures import Closure
from domain.place.connectors import PoolConnector
from domain.place.crowd import Counted
from domain.place.fit import NO_NEEDS, Needs
from domain.place.ground import Ground
from domain.place.holds import OpenHold
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot
from domain.place.wishes import Nearness
from domain.terms.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Installed:
    """Interchangeable connectors and what is promised of their berths, under `policy`, at `now`.

    `holds`: open ones of those berths, every one that overlaps `seen` (None: of all); or, where they were `counted`,
    those it says. Those of another pool that shares a berth come as locked: here they are time taken. `closures`: of
    its site, all that overlap `seen`; those for maintenance also later ones, and `holds` may stand in them.
    `admission`: of who asks; None: to all of it. `needs`: theirs of a bay. `named`: connectors, of which they want one;
    None: whichever.
    """

    facts: PoolFacts
    connectors: tuple[PoolConnector, ...]
    holds: tuple[OpenHold, ...]
    seen: Slot | None
    policy: Policy
    now: datetime
    counted: Counted | None = None
    closures: tuple[Closure, ...] = ()
    admission: Admission | None = None
    needs: Needs = NO_NEEDS
    named: frozenset[int] | None = None

    @cached_property
    def working(self) -> tuple[PoolConnector, ...]:
        """Those that could serve somebody who comes now."""
        patience = self.policy.offline_debounce
        return tuple(c for c in self.connectors if c.works(self.now, patience))

    @cached_property
    def unhealthy(self) -> frozenset[int]:
        """In trouble or not connected at this moment, though that may pass."""
        return frozenset(c.id for c in self.connectors if not c.is_healthy)

    @cached_property
    def ground(self) -> Ground:
        """What of it who asks may use, and when."""
        return Ground(
            connectors=self.connectors,
            closures=self.closures,
            admission=self.admission,
            needs=self.needs,
            kept_until=self.policy.slots.accessible_kept_until,
            now=self.now,
            named=self.named,
        )

    def nearness(self, start: datetime) -> Nearness:
        soon, watched = self._near_until
        return Nearness(start <= self.now, start <= soon, start <= watched)

    def serving(self, near: Nearness) -> tuple[PoolConnector, ...]:
        """A far slot may count on a repair; one within the policy's fault watch needs a connector that works."""
        return self.working if near.watched else self.connectors

    def limit(self, serving: Sequence[PoolConnector]) -> int:
        """How many of their berths may be promised at once: all but the walk-in share."""
        return len({c.berth_id for c in serving}) - self.facts.walk_in_connectors

    @property
    def bookable(self) -> int:
        """Working now, without the walk-in share."""
        return max(0, min(self.limit(self.working), len({c.berth_id for c in self.offering(self.working)})))

    def offering(self, connectors: Iterable[PoolConnector]) -> tuple[PoolConnector, ...]:
        """Those with the type of plug that is looked for."""
        return tuple(c for c in connectors if c.has(self.facts.connector_type))

    @cached_property
    def shared(self) -> bool:
        """Is there a berth with another plug, its own or another pool's?"""
        return any(
            c.siblings or len(c.plugs) > 1 or not c.has(self.facts.connector_type) for c in self.connectors
        )

    @property
    def plug(self) -> str | None:
        """The type that a hold here is for, where there are several."""
        return self.facts.connector_type if len(self.facts.connector_types) > 1 else None

    def connector(self, connector_id: int) -> PoolConnector:
        return next(c for c in self.connectors if c.id == connector_id)

    def berths(self, connector_ids: Iterable[int]) -> list[int]:
        """Where they are, each once."""
        return list(dict.fromkeys(self.ground.berth_of[c] for c in connector_ids))

    @cached_property
    def _near_until(self) -> tuple[datetime, datetime]:
        return self.now + self.policy.lock_lead, self.now + self.policy.fault_watch
