"""What `make up` installs: two sites next to each other, seven chargers of both versions, drivers, a fleet."""

from datetime import timedelta

from db.seed import ChargerSeed, ConnectorSeed, DriverSeed, PoolSeed, Seed, SiteSeed
from domain.money.amount import Money
from domain.place.site_plan import SitePlan
from domain.terms.policy import CancellationTier, OverstayRules, Policy, SlotRules
from domain.terms.tariff import Tariff
from runtime.stack.plans import GARAGE, YARD
from simulator.identity.people import dispatcher, driver, engineer, operator
from simulator.scenarios.place import ChargerPlan

DRIVER = "driver-ana"
DRIVER_MAIL = "ana@drivers.example"
CARDS = ("CARD-ANA", "CARD-BEN")
VAN_CARDS = ("CARD-VAN-2", "CARD-VAN-3")
FLEET = "parcel-fleet"
FLEET_DRIVER = "driver-fleet-1"
FLEET_DRIVERS = (FLEET_DRIVER, "van-2", "van-3")
PEOPLE = (
    driver(DRIVER, "Ana, a driver", "ana@example.org"),
    driver("driver-ben", "Ben, another driver", "ben@example.org"),
    dispatcher("dispatcher-dora", "Dora, a dispatcher of the parcel fleet", FLEET),
    operator("olga", "Olga, an operator", "manager"),
    engineer("engineer-eve", "Eve, an engineer of the parcel fleet", FLEET),
)
"""Who can sign in to the pages with one press."""
_CURRENCY = "EUR"
_PASSWORD = "a-charger-of-this-machine"  # noqa: S105 - virtual chargers on the loopback interface


def bay_of(charger_id: str) -> str:
    """What is written on it."""
    return f"Bay {charger_id}"


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def _euros(minor: int) -> Money:
    return Money(minor, _CURRENCY)


def _policy() -> Policy:
    """Ordinary figures, but any instant may be booked, and from now on."""
    return Policy(
        meter_slack_wh=100_000,  # simulated cars charge faster than real ones
        currency=_CURRENCY,
        slots=SlotRules(step=timedelta(0), shortest=_minutes(5), longest=_minutes(240), buffer=_minutes(1)),
        overstay=OverstayRules(grace=_minutes(5), fee_per_step=_euros(50), cap=_euros(1200)),
        deposit=_euros(2000),
        reservation_fee=_euros(300),
        no_show_fee=_euros(500),
        cancellation=(
            CancellationTier(ahead=timedelta(hours=1), fee=_euros(0)),
            CancellationTier(ahead=timedelta(0), fee=_euros(400)),
        ),
        compensation=_euros(1000),
        lock_lead=_minutes(1),
        early_start=_minutes(10),
        fault_debounce=timedelta(seconds=10),
        offline_debounce=_minutes(2),
        departure_wait=timedelta(seconds=20),
        walk_in_warning=_minutes(10),
        open_reservations_per_driver=10,
    )


_TARIFF = Tariff(
    currency=_CURRENCY,
    energy_per_kwh=_euros(50),
    time_per_minute=_euros(0),
    session_fee=_euros(100),
    tax_basis_points=1900,
)


def _site(
    site_id: str, name: str, latitude: float, fast: tuple[str, ...], slow: tuple[str, ...], plan: SitePlan
) -> SiteSeed:
    def charger(charger_id: str, pool: str) -> ChargerSeed:
        connectors = (ConnectorSeed(pool_id=f"{site_id}-{pool}", bay=bay_of(charger_id)),)
        return ChargerSeed(id=charger_id, password=_PASSWORD, connectors=connectors)

    return SiteSeed(
        id=site_id,
        name=name,
        currency=_CURRENCY,
        latitude=latitude,
        longitude=13.405,
        pools=(
            PoolSeed(id=f"{site_id}-fast", name="Fast (CCS)", power_w=150_000),
            PoolSeed(
                id=f"{site_id}-slow", name="Slow (Type 2)", connector_type="IEC_62196_T2", power_w=22_000
            ),
        ),
        chargers=tuple(charger(id_, "fast") for id_ in fast) + tuple(charger(id_, "slow") for id_ in slow),
        plan=plan,
        policy=_policy(),
        tariff=_TARIFF,
    )


SITES = (
    _site("harbour", "Harbour Yard", 52.520, ("harbour-1", "harbour-2", "harbour-3"), ("harbour-4",), YARD),
    _site("museum", "Museum Garage", 52.524, ("museum-1", "museum-2"), ("museum-3",), GARAGE),
)
CHARGERS = tuple(
    ChargerPlan(id=charger.id, version="1.6" if n % 2 == 0 else "2.0.1", password=_PASSWORD)
    for n, charger in enumerate(charger for site in SITES for charger in site.chargers)
)


SITE_OF = {charger.id: site for site in SITES for charger in site.chargers}
"""By charger."""
NEWCOMERS_BAY = CHARGERS[0].id
"""Where who is new here is sent first; nobody else books it, now or later."""


def seed_for_up() -> Seed:
    """Writing it again on kept data changes nothing, and no rules of other sites."""
    return Seed(
        sites=SITES,
        drivers=(
            DriverSeed(id=DRIVER, rfid=CARDS[:1]),
            DriverSeed(id="driver-ben", rfid=CARDS[1:]),
            DriverSeed(id="driver-cleo"),
            DriverSeed(id=FLEET_DRIVER, fleet_id=FLEET),
            *(
                DriverSeed(id=one, fleet_id=FLEET, rfid=(card,))
                for one, card in zip(FLEET_DRIVERS[1:], VAN_CARDS, strict=True)
            ),
        ),
    )
