"""Ways to a bay: by whichever map somebody likes, which learns of them only when they press it."""

from dataclasses import dataclass
from enum import StrEnum

from api.services import Services
from contracts.publication import ReservationView
from domain.errors import UnknownSite


class Map(StrEnum):
    OSM = "osm"
    APPLE = "apple"
    GOOGLE = "google"

    @property
    def own_name(self) -> str:
        return {Map.OSM: "OpenStreetMap", Map.APPLE: "Apple", Map.GOOGLE: "Google"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    latitude: float
    longitude: float

    @property
    def geo(self) -> str:
        """RFC 5870, with what Android wants to show a pin."""
        there = f"{self.latitude},{self.longitude}"
        return f"geo:{there}?q={there}"

    def by(self, map_: Map) -> str:
        there = f"{self.latitude},{self.longitude}"
        pinned = f"mlat={self.latitude}&mlon={self.longitude}#map=18/{self.latitude}/{self.longitude}"
        return {
            Map.OSM: f"https://www.openstreetmap.org/?{pinned}",
            Map.APPLE: f"https://maps.apple.com/?daddr={there}",
            Map.GOOGLE: f"https://www.google.com/maps/dir/?api=1&destination={there}",
        }[map_]


async def place_of(services: Services, view: ReservationView) -> Place | None:
    """None: what its last publication names is not set up here any more."""
    try:
        site = await services.desk.sites.site(view.site_id)
    except UnknownSite:
        return None
    return Place(latitude=site.latitude, longitude=site.longitude)
