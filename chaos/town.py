"""Where it happens: two neighbouring sites with rules in seconds, one with rules in minutes, and the people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from db.seed import DriverSeed, Seed
from domain.terms.policy import CancellationTier, Policy
from simulator.charge_point.options import Version
from simulator.scenarios.place import LATE_CANCELLATION_FEE, ChargerPlan, Place, euros, rules, seconds

_VERSIONS: tuple[Version, ...] = ("1.6", "2.0.1", "1.6", "2.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A driver and the card in their pocket."""

    id: str
    card: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How people of a site plan, in seconds from now: `starts_in` and `lasts` are drawn between their bounds."""

    starts_in: tuple[float, float]
    lasts: tuple[float, float]
    starts_in_if_changed: tuple[float, float]
    """For those who cancel in time or move their slot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    places: tuple[Place, ...]
    people: tuple[Person, ...]
    paces: Mapping[str, Pace]
    """By site."""

    @property
    def chargers(self) -> tuple[ChargerPlan, ...]:
        return tuple(charger for place in self.places for charger in place.chargers)

    def seed(self) -> Seed:
        return Seed(
            sites=tuple(place.seed() for place in self.places),
            drivers=tuple(DriverSeed(id=person.id, rfid=(person.card,)) for person in self.people),
        )


def town(*, chargers: int, drivers: int) -> Town:
    """`chargers`: of each site with rules in seconds; the one with rules in minutes has half as many."""
    north = _place("north", 50.000, chargers, _in_seconds(deposit=2000))
    south = _place("south", 50.003, chargers, _in_seconds(deposit=600))
    garage = _place("garage", 50.300, max(1, chargers // 2), _in_minutes())
    return Town(
        places=(north, south, garage),
        people=tuple(Person(id=f"driver-{n}", card=f"CARD{n:04}") for n in range(drivers)),
        paces={north.id: _HURRIED, south.id: _HURRIED, garage.id: _CALM},
    )


_HURRIED = Pace(starts_in=(3, 8), lasts=(9, 20), starts_in_if_changed=(14, 20))
_CALM = Pace(starts_in=(5, 30), lasts=(60, 120), starts_in_if_changed=(70, 80))


def _place(site: str, latitude: float, chargers: int, policy: Policy) -> Place:
    plans = (ChargerPlan(id=f"{site}-{n}", version=_VERSIONS[n % len(_VERSIONS)]) for n in range(chargers))
    return Place(id=site, name=site.title(), latitude=latitude, chargers=tuple(plans), policy=policy)


def _in_seconds(*, deposit: int) -> Policy:
    """The demo's rules, with a deposit that some bills exceed."""
    return rules(deposit=euros(deposit), payment_ttl=seconds(8), open_reservations_per_driver=5)


def _in_minutes() -> Policy:
    minute = timedelta(minutes=1)
    return rules(
        deposit=euros(1500),
        payment_ttl=minute,
        lock_lead=minute / 2,
        early_start=minute / 2,
        grace=minute,
        eta_extension=minute / 2,
        reroute_grace=minute,
        cancellation=(
            CancellationTier(ahead=minute, fee=euros(0)),
            CancellationTier(ahead=timedelta(0), fee=euros(LATE_CANCELLATION_FEE)),
        ),
        change_until=minute,
        warn_before_end=minute / 4,
        open_reservations_per_driver=5,
    )
