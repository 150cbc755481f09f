"""One call of a charger to its CSMS, and where in it the things stand that vendors get wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Literal, NamedTuple

Version = Literal["1.6", "2.0.1", "2.1"]
Payload = dict[str, Any]
REGISTER = "Energy.Active.Import.Register"


class Said(NamedTuple):
    """An action and its payload as on the wire."""

    action: str
    payload: Payload

    def but(self, **over: Any) -> Said:
        """A copy with other values at the top level."""
        return Said(self.action, deepcopy(self.payload) | over)

    def without(self, name: str) -> Said:
        return Said(self.action, {key: value for key, value in self.payload.items() if key != name})

    @property
    def begins(self) -> bool:
        """A transaction, that is."""
        return self.action == "StartTransaction" or self.payload.get("eventType") == "Started"

    @property
    def ends(self) -> bool:
        return self.action == "StopTransaction" or self.payload.get("eventType") == "Ended"

    @property
    def of_a_transaction(self) -> bool:
        if self.action == "MeterValues":
            return "transactionId" in self.payload
        return self.action in ("StartTransaction", "StopTransaction", "TransactionEvent")

    @property
    def transaction(self) -> str | None:
        """Its id, as far as this message names one (a 1.6 start does not)."""
        info = self.payload.get("transactionInfo", self.payload)
        return str(info["transactionId"]) if "transactionId" in info else None

    @property
    def connector(self) -> int | None:
        """The connector of 1.6, the EVSE of 2.x."""
        evse = self.payload.get("evse") or {}
        number = self.payload.get("evseId", evse.get("id", self.payload.get("connectorId")))
        return None if number is None else int(number)

    @property
    def status(self) -> str | None:
        """Of a connector."""
        if self.action != "StatusNotification":
            return None
        return str(self.payload.get("status") or self.payload.get("connectorStatus"))

    def with_status(self, word: str, connector: int | None = None) -> Said:
        """The same notification about another status, and of another connector."""
        name = "status" if "status" in self.payload else "connectorStatus"
        place = "evseId" if "evseId" in self.payload else "connectorId"
        return self.but(**{name: word}, **({} if connector is None else {place: connector}))

    def registers(self) -> Iterator[tuple[Payload, str]]:
        """Samples of the energy register, each with its reading's context."""
        for reading in self.payload.get("meterValue", ()):
            for sample in reading["sampledValue"]:
                if sample.get("measurand", REGISTER) == REGISTER:
                    yield sample, sample.get("context", "Sample.Periodic")


def with_times(value: Any, change: Callable[[str], str]) -> Any:
    """A copy in which each timestamp is what `change` makes of it."""
    if isinstance(value, dict):
        return {
            name: change(part) if name == "timestamp" else with_times(part, change)
            for name, part in value.items()
        }
    return [with_times(part, change) for part in value] if isinstance(value, list) else value
