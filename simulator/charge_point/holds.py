"""The holds on a device and the rules of who may use which connector (1.6 §5.13, 2.0.1 block H)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from simulator.charge_point.state import ConnectorState, Hold, Token


class HoldBook:
    """Keeps holds by reservation id and mirrors each into `ConnectorState.hold`."""

    def __init__(self, connectors: Mapping[int, ConnectorState]) -> None:
        self._connectors = connectors
        self._holds: dict[int, Hold] = {}

    def all(self) -> list[Hold]:
        return list(self._holds.values())

    def get(self, reservation_id: int) -> Hold | None:
        return self._holds.get(reservation_id)

    def judge(self, hold: Hold, now: datetime) -> str:
        """The ReserveNow status this hold deserves. A hold never blocks its own replacement."""
        if hold.expires_at <= now or hold.connector not in self._connectors:
            return "Rejected"
        if hold.connector == 0:
            return self._judge_any(hold)
        connector = self._connectors[hold.connector]
        if connector.fault is not None:
            return "Faulted"
        if not connector.operative:
            return "Unavailable"
        other = connector.hold is not None and connector.hold.reservation_id != hold.reservation_id
        if other or connector.plugged or connector.transaction or connector.authorisation:
            return "Occupied"
        return "Occupied" if self._exhausts_pool(connector, hold) else "Accepted"

    def _judge_any(self, hold: Hold) -> str:
        plugs = [c for n, c in self._connectors.items() if n]
        if all(c.fault is not None for c in plugs):
            return "Faulted"
        if not any(c.usable for c in plugs):
            return "Unavailable"
        own = {hold.reservation_id}
        spare = sum(c.spare or (c.hold is not None and c.hold.reservation_id in own) for c in plugs)
        return "Accepted" if spare > len(self._pool(own)) else "Occupied"

    def _exhausts_pool(self, connector: ConnectorState, hold: Hold) -> bool:
        own = {hold.reservation_id}
        spare = sum(c.spare for n, c in self._connectors.items() if n and c is not connector)
        return len(self._pool(own)) > spare

    def _pool(self, without: set[int] | None = None) -> list[Hold]:
        skip = without or set()
        return [h for h in self._holds.values() if h.connector == 0 and h.reservation_id not in skip]

    def place(self, hold: Hold) -> None:
        self._holds[hold.reservation_id] = hold
        self._mirror()

    def remove(self, reservation_id: int) -> Hold | None:
        hold = self._holds.pop(reservation_id, None)
        self._mirror()
        return hold

    def clear(self) -> None:
        self._holds.clear()
        self._mirror()

    def _mirror(self) -> None:
        by_connector = {hold.connector: hold for hold in self._holds.values()}
        for number, connector in self._connectors.items():
            connector.hold = by_connector.get(number)

    def admitting(self, connector: ConnectorState, token: Token) -> Hold | None:
        """The hold this token would use on this connector: the connector's own before one for any."""
        own = [h for h in self._holds.values() if h.connector == connector.number]
        return next((h for h in [*own, *self._pool()] if h.admits(token)), None)

    def blocking(self, connector: ConnectorState, token: Token) -> Hold | None:
        """The hold that keeps this token off this connector, if any."""
        if self.admitting(connector, token):
            return None
        if connector.hold is not None:
            return connector.hold
        pool = self._pool()
        if pool and self._spares(besides=connector) < len(pool):
            return pool[0]
        return None

    def _spares(self, besides: ConnectorState) -> int:
        return sum(c.spare for n, c in self._connectors.items() if n and c is not besides)

    def is_reserved(self, connector: ConnectorState) -> bool:
        """True when the connector must report Reserved: held itself, or spare while holds for any
        connector need every spare one (2.0.1 H01.FR.20/24)."""
        if connector.number == 0:
            return False
        if connector.hold is not None:
            return True
        pool = self._pool()
        return bool(pool) and connector.spare and self._spares(besides=connector) < len(pool)
