"""One running story: its places, chargers and drivers, and the trips they make. The words stories are told in."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from db.seed import DriverSeed, Seed
from simulator.scenarios.bay import Bay
from simulator.scenarios.caller import Caller, Refused
from simulator.scenarios.driver_app import DriverApp
from simulator.scenarios.expectation import Unmet
from simulator.scenarios.pace import at_pace
from simulator.scenarios.place import Place
from simulator.scenarios.trip import Trip
from simulator.scenarios.world import World

GOOD_CARD = "pm_card_visa"
DECLINED_CARD = "pm_card_chargeDeclined"
STRICT_CARD = "pm_card_authenticationRequired"
"""Its bank wants to see the driver each time."""

Telling = Callable[["Stage"], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A story. `cards`: driver name → RFID card. `tell` raises Unmet or Refused when it comes out otherwise.

    `pace`: what all its seconds are multiplied by.
    """

    id: str
    title: str
    places: tuple[Place, ...]
    tell: Telling
    cards: dict[str, str] = field(default_factory=dict)
    drivers: tuple[str, ...] = ()
    """Drivers without a card: they use the app alone."""
    fleet: str = ""
    """That its drivers belong to; empty: to none."""
    harms_the_worker: bool = False
    begins_in: float = 0.0
    """Seconds that it lets the others begin before: too many bookings at once are slow, and few stories bear that."""
    pace: float = 1.0

    def at_pace(self, factor: float) -> "Scenario":
        """The same story, all its times and its sites' rules `factor` times as long."""
        places = tuple(replace(place, policy=at_pace(place.policy, factor)) for place in self.places)
        return replace(self, places=places, pace=self.pace * factor)

    def driver_id(self, name: str) -> str:
        return f"{self.id}-{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """For the answer to a booking, in seconds. `allowed`: until the driver's grace ends, whatever the answer."""

    driver: str
    took: float
    allowed: float

    @property
    def used(self) -> float:
        """Share of what was allowed."""
        return self.took / self.allowed


class Stage:
    """`say` hears what is going on, one short sentence a step."""

    def __init__(
        self, scenario: Scenario, world: World, bays: dict[str, Bay], say: Callable[[str], None]
    ) -> None:
        self.scenario = scenario
        self.world = world
        self.trips: list[Trip] = []
        self.waits: list[Wait] = []
        self._bays = bays
        self._say = say
        self._apps: dict[str, DriverApp] = {}

    @property
    def bay(self) -> Bay:
        """The only charger of the only place."""
        return self._bays[self.scenario.places[0].chargers[0].id]

    def bay_at(self, charger_id: str) -> Bay:
        return self._bays[charger_id]

    def card(self, driver: str) -> str:
        """The number of a driver's RFID card."""
        return self.scenario.cards[driver]

    def app(self, driver: str) -> DriverApp:
        """A driver's app."""
        if driver not in self._apps:
            self._apps[driver] = DriverApp(self.world, self.scenario.driver_id(driver))
        return self._apps[driver]

    def operator(self, name: str, role: str = "support") -> Caller:
        """A person at the operator's, by `role` with more or less authority (`domain.money.authority`)."""
        return Caller(self.world.http, self.world.operator_token_of(name, role))

    def say(self, text: str) -> None:
        self._say(text)

    async def book(
        self,
        driver: str,
        *,
        starts_in: float = 4.0,
        lasts: float = 20.0,
        payment_method: str | None = GOOD_CARD,
        saying: str = "books",
        plug: str | None = None,
        key: str | None = None,
        asks: Mapping[str, Any] | None = None,
    ) -> Trip:
        """Book at the first place; `saying` is told after the driver's name. Raises Refused when declined.

        `plug`: the connector type of the car; None: any. `key`: what the app repeats its question by; None: any.
        `asks`: members of the request that say what is asked of the bay.

        `starts_in` and `lasts`: seconds at pace 1.
        """
        self.say(f"{driver} {saying}")
        place, pace = self.scenario.places[0], self.scenario.pace
        asked = time.monotonic()
        try:
            answer = await self.app(driver).book(
                place.id,
                starts_in=starts_in * pace,
                lasts=lasts * pace,
                payment_method=payment_method,
                plug=plug,
                key=key,
                asks=asks,
            )
        finally:
            allowed = starts_in * pace + place.policy.grace.total_seconds()
            self.waits.append(Wait(driver=driver, took=time.monotonic() - asked, allowed=allowed))
        trip = self._trip(driver, answer["reservation"]["code"])
        self.trips.append(trip)
        self.say(f"{driver} has {trip.code}")
        return trip

    async def book_quoted(
        self, driver: str, quote: dict[str, Any], energy: Mapping[str, Any] | None = None
    ) -> Trip:
        """Book what was quoted, by that quote; `energy`: in place of its end. Raises Refused when declined."""
        self.say(f"{driver} books by the quote")
        wanted = {name: quote[name] for name in ("site_id", "start")}
        wanted |= {"end": quote["end"]} if energy is None else {"energy": energy}
        body = {**wanted, "quote": quote["id"], "payment_method": GOOD_CARD}
        answer = await self.app(driver).post("/v1/reservations", body, pending=True)
        trip = self._trip(driver, answer["reservation"]["code"])
        self.trips.append(trip)
        return trip

    async def is_refused(
        self,
        driver: str,
        *,
        payment_method: str = GOOD_CARD,
        saying: str = "books",
        plug: str | None = None,
        starts_in: float = 4.0,
        lasts: float = 20.0,
    ) -> Refused:
        """Book and be declined; the refusal."""
        try:
            trip = await self.book(
                driver,
                starts_in=starts_in,
                lasts=lasts,
                payment_method=payment_method,
                saying=saying,
                plug=plug,
            )
        except Refused as refusal:
            return refusal
        raise Unmet(f"the booking of {driver} to be declined", f"{trip.code} was booked")

    async def trips_of(self, driver: str) -> list[Trip]:
        """All reservations the driver's app lists, with those that were declined."""
        app = self.app(driver)
        found = [self._trip(driver, item["code"]) for item in await app.reservations()]
        known = {trip.code for trip in self.trips}
        self.trips += [trip for trip in found if trip.code not in known]
        return found

    def _trip(self, driver: str, code: str) -> Trip:
        return Trip(self.world, self.app(driver), code, pace=self.scenario.pace)


def seed_of(scenarios: tuple[Scenario, ...]) -> Seed:
    """Everything the stories need in the database."""
    drivers = [
        DriverSeed(id=scenario.driver_id(name), fleet_id=scenario.fleet or None, rfid=(card,))
        for scenario in scenarios
        for name, card in scenario.cards.items()
    ]
    drivers += [
        DriverSeed(id=scenario.driver_id(name)) for scenario in scenarios for name in scenario.drivers
    ]
    sites = tuple(place.seed() for scenario in scenarios for place in scenario.places)
    return Seed(sites=sites, drivers=tuple(drivers))
