"""What is installed where, as plain data: sites with their pools and chargers, drivers, rules and prices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import ConfigDict

from domain.place.fit import BayShape
from domain.place.site_plan import SitePlan
from domain.terms.policy import Policy
from domain.terms.tariff import Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSeed:
    """`power_w`: watts of each connector. `walk_in_connectors`: how many are never promised."""

    id: str
    name: str
    connector_type: str = "IEC_62196_T2_COMBO"
    power_w: int = 150_000
    walk_in_connectors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorSeed:
    """`number`: OCPP connectorId. `pool_id`: one of the site's pools. `bay`: the label on the ground.

    Connectors of one bay, of whatever charger and pool, serve one car at a time.
    """

    pool_id: str
    number: int = 1
    bay: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaySeed(BayShape):
    """A bay that a connector of the site has, by its `label`; sizes in centimetres, None: not measured."""

    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerSeed:
    """`password`: in clear, stored as an Argon2 hash; None leaves the charger without one.

    `one_at_a_time`: groups of connector numbers of which only one can be used at a time, because they share an EVSE
    or a power cable; those of one bay need not be named. `keeps_local_list`: its local list of tokens is kept in step
    with its reservations, so that it lets drivers in while it has no connection; what else is in the list goes.
    """

    id: str
    connectors: tuple[ConnectorSeed, ...]
    password: str | None = None
    one_at_a_time: tuple[tuple[int, ...], ...] = ()
    keeps_local_list: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSeed:
    """`latitude`, `longitude`: WGS 84 degrees; drivers are sent to what is near, so there is no default.

    `policy`, `tariff`: the site's own; None: the defaults apply. `walk_in_tariff`: prices walk-ins for whoever bills
    them; "none": no more, None leaves it as it is.
    `bays`: how they are; one that is not named stays as it is. `plan`: where they are; None leaves it as it is.
    `address`: one line, told to whoever is sent there; None leaves it as it is.
    `opening_hours`: in the syntax of OpenStreetMap ("Mo-Fr 06:00-22:00; PH off"), "" for always open; `country`: ISO
    3166-1, whose public holidays count; None leaves them as they are.
    """

    id: str
    name: str
    zone: str = "Europe/Berlin"
    currency: str = "EUR"
    latitude: float
    longitude: float
    address: str | None = None
    opening_hours: str | None = None
    country: str | None = None
    pools: tuple[PoolSeed, ...] = ()
    chargers: tuple[ChargerSeed, ...] = ()
    bays: tuple[BaySeed, ...] = ()
    plan: SitePlan | None = None
    policy: Policy | None = None
    tariff: Tariff | None = None
    walk_in_tariff: Tariff | Literal["none"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverSeed:
    """`rfid`: idTags of the driver's cards, `group_id` their common parentIdTag. `expires_at`: of the cards.

    None leaves it as it is: what an operator has said is not taken back by a file that says nothing of it.
    """

    id: str
    fleet_id: str | None = None
    stripe_customer: str | None = None
    rfid: tuple[str, ...] = ()
    group_id: str | None = None
    blocked: bool | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """`default_policy`, `default_tariff`: for every site without its own, also for those that are not in this
    seed; None leaves the defaults as they are.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt field is told, not passed over

    sites: tuple[SiteSeed, ...] = ()
    drivers: tuple[DriverSeed, ...] = ()
    default_policy: Policy | None = None
    default_tariff: Tariff | None = None
