"""The connector that a reservation owns, as drivers and chargers name it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The connector a reservation currently owns. `hold_id` doubles as the OCPP reservationId."""

    hold_id: int
    site_id: str
    charger_id: str
    connector_id: int
    connector_number: int
    """OCPP connectorId (1.6) or evseId (2.x)."""
    label: str
    """What the driver reads on the bay, e.g. `Bay 3`."""
    power_w: int
    plug: str = ""
    """OCPI type of the plug that was promised, where the EVSE has several."""

    def told_after(self, left: "Assignment") -> str:
        """What a driver who leaves that one is told to look for: on the bay they stand at, also which of its plugs."""
        number = f"{self.charger_id}/{self.connector_number}"
        return f"{self.label} · {number}" if self.label == left.label else self.label
