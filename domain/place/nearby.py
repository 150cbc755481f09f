"""Which other sites are near enough to send a driver to, nearest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, cos, degrees, radians, sin, sqrt

NEARBY_M = 25_000
"""Farther is no replacement for a driver who stands at the charger."""
MOST_SITES = 5
_EARTH_M = 6_371_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a site is, in degrees (WGS 84)."""

    site_id: str
    latitude: float
    longitude: float


def distance_m(a: Spot, b: Spot) -> float:
    """Great-circle distance in metres (haversine)."""
    north = sin(radians(b.latitude - a.latitude) / 2) ** 2
    east = sin(radians(b.longitude - a.longitude) / 2) ** 2
    half = north + cos(radians(a.latitude)) * cos(radians(b.latitude)) * east
    return 2 * _EARTH_M * asin(sqrt(min(1.0, half)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a driver comes from, and goes to; None: they stay there."""

    start: Spot
    end: Spot | None = None


def detour_m(route: Route, wanted: Spot, instead: Spot) -> int:
    """Metres in straight lines that are gone more by way of `instead` than of `wanted`; negative: less."""

    def by_way_of(spot: Spot) -> float:
        on = 0.0 if route.end is None else distance_m(spot, route.end)
        return distance_m(route.start, spot) + on

    return round(by_way_of(instead) - by_way_of(wanted))


def nearest(home: Spot, others: Iterable[Spot]) -> dict[str, int]:
    """Site id → metres, of at most MOST_SITES sites other than `home` within NEARBY_M."""
    away = sorted((distance_m(home, spot), spot.site_id) for spot in others if spot.site_id != home.site_id)
    return {site_id: round(metres) for metres, site_id in away[:MOST_SITES] if metres <= NEARBY_M}


def latitudes_nearby(home: Spot) -> tuple[float, float]:
    """The band no nearby site lies outside of: what a query may ask for before `nearest` measures."""
    reach = degrees(NEARBY_M / _EARTH_M)
    return home.latitude - reach, home.latitude + reach
