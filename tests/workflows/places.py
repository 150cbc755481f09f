"""What there is in the world of the workflow tests: the site that is booked, one nearby, connectors, holds of them."""

from collections.abc import Mapping
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
    number: int = 1
    bay: str = ""

    @property
    def label(self) -> str:
        return self.bay or f"Bay {self.connector_id}"


@dataclass(slots=True)
class Hold:
    hold_id: int
    code: str
    connector_id: int
    slot: Slot
    step: str = HoldStep.BOOK
    released: str = ""
    swapped_by: str = ""
    """The offer by which it got its slot."""


def nearest(connectors: Mapping[int, Connector], site_id: str) -> list[int]:
    """Those of that site before the others."""
    return sorted(connectors, key=lambda n: (connectors[n].site_id != site_id, n))
