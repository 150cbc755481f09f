"""A connector as booking sees it: where it is, how it is, and who is on it. Rules ask it; nobody reads statuses."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.charging import presence
from domain.charging.connector import ConnectorStatus, is_blocked_beside
from domain.charging.plugs import spoken
from domain.place.berth_rates import UNSEEN, Rates
from domain.place.fit import UNMEASURED, BayShape
from domain.place.forecast import Forecast, RunningSession, forecast
from domain.place.slots import Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolConnector:
    """`sessions`: reservation codes of the transactions open on its berth, `""` for a walk-in's.

    `bay`: what is painted there. `berth_id`: what serves one car at a time, a bay or an EVSE with several plugs, or
    only this connector. `siblings`: what the berth's other connectors say. `plugs`: OCPI types of an EVSE's plugs, each
    with what it says to whoever wants that one; empty: it is what its pool says. `plug`: the one that is wanted.
    `shape`: its bay's.
    """

    id: int
    number: int
    charger_id: str
    pool_id: str
    site_id: str
    bay: str | None
    status: ConnectorStatus
    charger_status: ConnectorStatus
    connected: bool
    last_seen_at: datetime | None
    sessions: tuple[str, ...]
    berth_id: int
    siblings: tuple[ConnectorStatus, ...] = ()
    plugs: tuple[tuple[str, ConnectorStatus], ...] = ()
    plug: str = ""
    shape: BayShape = UNMEASURED
    maintenance: tuple[Slot, ...] = ()
    """When its berth is closed for it, by start."""
    rates: Rates = UNSEEN
    """How often promises at its berth were not kept."""
    running: tuple[RunningSession, ...] = ()
    """The sessions on its berth, as far as they say when it becomes free."""

    def busy(self, now: datetime) -> Forecast | None:
        """Until when its berth is, by the sessions that run there; None: nobody is there, or nobody knows."""
        return forecast(self.running, now)

    @property
    def label(self) -> str:
        """What a driver looks for: the bay, or else charger and number; and of several types of plug, theirs."""
        place = self.bay or f"{self.charger_id}/{self.number}"
        return f"{place} · {spoken(self.plug)}" if self.plug and len(self.plugs) > 1 else place

    def has(self, plug: str) -> bool:
        return not self.plugs or plug in dict(self.plugs)

    def wanted_for(self, plug: str) -> "PoolConnector":
        """As who wants that type of plug sees it."""
        return replace(self, plug=plug, status=dict(self.plugs).get(plug, self.status))

    @property
    def is_usable(self) -> bool:
        """Neither the connector nor its charger says Faulted or Unavailable.

        Unavailable because a sibling is busy is no trouble: it passes when that car leaves, or the reservation ends.
        """
        used = (ConnectorStatus.OCCUPIED,) if self.sessions else ()
        blocked = is_blocked_beside(self.status, (*self.siblings, *used))
        return (self.status.is_usable or blocked) and self.charger_status.is_usable

    @property
    def is_healthy(self) -> bool:
        """Usable, and connected at this moment."""
        return self.is_usable and self.connected

    @property
    def silent_since(self) -> datetime | None:
        """When a charger that is not connected was last heard of; None: it is connected, or never was."""
        return None if self.connected else self.last_seen_at

    def works(self, now: datetime, patience: timedelta) -> bool:
        """Usable, and connected or gone for less than `patience` (a reconnect is no outage)."""
        return self.is_usable and self._is_reachable(now, patience)

    def is_taken_from(
        self, code: str | None, *, trust_status: bool = True, theirs: Collection[str] = ()
    ) -> bool:
        """Is somebody other than reservation `code` (None: a new one), or than `theirs`, on its berth?

        `trust_status` False: only transactions count, not what the connector says of a cable or a car.
        """
        own = set(theirs) if code is None else {code, *theirs}
        shown = presence.shown_by(self.status, self.siblings)
        return presence.is_taken(
            by_others_than=own, sessions=self.sessions, shown=shown, trust_status=trust_status
        )

    def _is_reachable(self, now: datetime, patience: timedelta) -> bool:
        if self.connected:
            return True
        return self.last_seen_at is not None and now - self.last_seen_at < patience
