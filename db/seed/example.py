"""A complete seed to copy from: one site with its pools, rules and prices, two drivers, a bay with two plugs."""

from datetime import time, timedelta

from db.seed.plan import ChargerSeed, ConnectorSeed, DriverSeed, PoolSeed, Seed, SiteSeed
from domain.money.amount import Money
from domain.place.site_plan import Landmark, LandmarkKind, PlacedBay, SitePlan
from domain.terms.policy import CancellationTier, OverstayRules, Policy, SlotRules
from domain.terms.tariff import Tariff


def example() -> Seed:
    return Seed(
        sites=(_site(),),
        drivers=(
            DriverSeed(id="driver-1", rfid=("04A1B2C3D4",)),
            DriverSeed(id="van-7", fleet_id="parcels", rfid=("04FFEE0011",), group_id="PARCELS"),
        ),
    )


def _site() -> SiteSeed:
    fast = ChargerSeed(
        id="STATION-1",
        password="change-me-for-each-charger",  # noqa: S106 - an example, to be replaced
        connectors=(
            ConnectorSeed(pool_id="station-dc", number=1, bay="Bay 1"),
            ConnectorSeed(pool_id="station-dc", number=2, bay="Bay 2"),
            ConnectorSeed(pool_id="station-chademo", number=3, bay="Bay 2"),  # one car at a time there
        ),
    )
    slow = ChargerSeed(
        id="STATION-2",
        password="change-me-for-each-charger-too",  # noqa: S106 - an example, to be replaced
        connectors=(ConnectorSeed(pool_id="station-ac", number=1, bay="Bay 3"),),
    )
    return SiteSeed(
        id="station",
        name="Charging station",
        latitude=52.52,
        longitude=13.405,
        address="Station Road 1, 10178 Berlin",
        pools=(
            PoolSeed(id="station-dc", name="Fast (CCS)", walk_in_connectors=1),
            PoolSeed(id="station-chademo", name="Fast (CHAdeMO)", connector_type="CHADEMO", power_w=50_000),
            PoolSeed(id="station-ac", name="Slow (Type 2)", connector_type="IEC_62196_T2", power_w=22_000),
        ),
        chargers=(fast, slow),
        plan=_plan(),
        policy=_policy(),
        tariff=Tariff(
            currency="EUR",
            energy_per_kwh=Money(49, "EUR"),
            time_per_minute=Money(0, "EUR"),
            session_fee=Money(0, "EUR"),
            tax_basis_points=1900,
        ),
    )


def _plan() -> SitePlan:
    """24 by 15 m, the entrance below on the left."""
    return SitePlan(
        width_cm=2400,
        length_cm=1500,
        bays=(
            PlacedBay(label="Bay 1", x_cm=500, y_cm=300),
            PlacedBay(label="Bay 2", x_cm=800, y_cm=300),
            PlacedBay(label="Bay 3", x_cm=2100, y_cm=800, angle=90),
        ),
        landmarks=(
            Landmark(kind=LandmarkKind.ENTRANCE, x_cm=200, y_cm=1450, label="Station Road"),
            Landmark(
                kind=LandmarkKind.BUILDING, x_cm=1800, y_cm=250, width_cm=900, length_cm=400, label="Station"
            ),
        ),
    )


def _policy() -> Policy:
    return Policy(
        currency="EUR",
        slots=SlotRules(),
        overstay=OverstayRules(
            fee_per_step=Money(40, "EUR"),
            cap=Money(1200, "EUR"),
            exempt_from=time(22),
            exempt_until=time(6),
        ),
        deposit=Money(1000, "EUR"),
        reservation_fee=Money(300, "EUR"),
        no_show_fee=Money(200, "EUR"),
        compensation=Money(500, "EUR"),
        cancellation=(
            CancellationTier(ahead=timedelta(hours=24), fee=Money(0, "EUR")),
            CancellationTier(ahead=timedelta(0), fee=Money(200, "EUR")),
        ),
    )
