"""What there is in the world of the workflow tests: the site that is booked, one nearby, connectors, holds of them."""

from dataclasses import dataclass
from datetime import datetime

from contracts.holds import HoldStep
from domain.place.slots import Slot
from domain.whereabouts import Whereabouts

SITE = "north"
QUAY = Whereabouts(site_id="quay", name="Quay", address="Quay Street 7", distance_m=1_234)
"""Seen from `north`."""
SITES = {
    SITE: Whereabouts(site_id=SITE, name="Site north", address="North Street 1"),
    QUAY.site_id: QUAY,
}


@dataclass(slots=True)
class Connector:
    connector_id: int
    charger_id: str
    faulted: bool = False
    occupied: bool = False
    stranger: bool = False
    """Somebody has started there; their session goes on."""
    silent_since: datetime | None = None
    site_id: str = SITE


@dataclass(slots=True)
class Hold:
    hold_id: int
    code: str
    connector_id: int
    slot: Slot
    step: str = HoldStep.BOOK
    released: str = ""
