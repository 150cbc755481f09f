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
