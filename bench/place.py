"""What the bench installs: sites that ask for a deposit and sites that do not, and one for a whole day."""

from dataclasses import replace
from datetime import timedelta

from db.seed import BaySeed, ChargerSeed, ConnectorSeed, DriverSeed, PoolSeed, Seed, SiteSeed
from domain.money.amount import Money
from domain.terms.policy import OverstayRules, Policy, SlotRules
from domain.terms.tariff import Tariff

SITES = 10
"""Of each kind: bookings at the same moment are rarely for the same site."""
DAY_SITE, DAY_CHARGER, DAY_DRIVER, DAY_CARD = "day", "day-1", "driver-day", "CARD-DAY"
LOCK_LEAD = timedelta(minutes=15)
_CHARGERS, _CONNECTORS_EACH = 4, 2


def free_site(index: int) -> str:
    """A site that books without a deposit."""
    return f"free-{index}"


def rich_site(index: int) -> str:
    """The same, with bays that differ: for trailers, for wheelchairs, shared with a slower pool."""
    return f"rich-{index}"


def deposit_site(index: int) -> str:
    """A site that authorises a deposit at booking."""
    return f"deposit-{index}"


def seed_for_bench() -> Seed:
    """261 connectors at 31 sites, ordinary policies."""
    sites = [_site(free_site(n), _policy(deposit=0)) for n in range(SITES)]
    sites += [_rich(rich_site(n)) for n in range(SITES)]
    sites += [_site(deposit_site(n), _policy(deposit=2000)) for n in range(SITES)]
    return Seed(
        sites=(*sites, _day_site()),
        drivers=(DriverSeed(id=DAY_DRIVER, rfid=(DAY_CARD,)),),
        default_policy=_policy(deposit=0),
        default_tariff=Tariff(
            currency="EUR",
            energy_per_kwh=_euros(50),
            time_per_minute=_euros(0),
            session_fee=_euros(100),
            tax_basis_points=1900,
        ),
    )


def _site(site_id: str, policy: Policy) -> SiteSeed:
    pool = f"{site_id}-fast"
    connectors = tuple(ConnectorSeed(pool_id=pool, number=n + 1) for n in range(_CONNECTORS_EACH))
    return SiteSeed(
        id=site_id,
        name=site_id,
        latitude=52.52,
        longitude=13.405,
        pools=(PoolSeed(id=pool, name="Fast"),),
        chargers=tuple(ChargerSeed(id=f"{site_id}-{n}", connectors=connectors) for n in range(_CHARGERS)),
        policy=policy,
    )


def _rich(site_id: str) -> SiteSeed:
    ordinary = _site(site_id, _policy(deposit=0))
    slow, bays = f"{site_id}-slow", [str(n) for n in range(_CHARGERS * _CONNECTORS_EACH)]
    chargers = tuple(
        replace(
            charger,
            connectors=tuple(
                replace(one, bay=bays[n * _CONNECTORS_EACH + one.number - 1]) for one in charger.connectors
            ),
        )
        for n, charger in enumerate(ordinary.chargers)
    )
    beside = ChargerSeed(
        id=slow, connectors=tuple(ConnectorSeed(pool_id=slow, number=n + 1, bay=bays[n]) for n in range(2))
    )
    return replace(
        ordinary,
        pools=(*ordinary.pools, PoolSeed(id=slow, name="Slow", power_w=22_000)),
        chargers=(*chargers, beside),
        bays=tuple(
            BaySeed(label=bay, length_cm=450 + 50 * (n % 3), trailer=n == 3, accessible=n == 4)
            for n, bay in enumerate(bays)
        ),
    )


def _day_site() -> SiteSeed:
    """Any instant may be booked, so that the lock comes seconds after the booking, by its timer."""
    policy = _policy(deposit=2000)
    pool = f"{DAY_SITE}-fast"
    return SiteSeed(
        id=DAY_SITE,
        name=DAY_SITE,
        latitude=52.52,
        longitude=13.405,
        pools=(PoolSeed(id=pool, name="Fast"),),
        chargers=(ChargerSeed(id=DAY_CHARGER, connectors=(ConnectorSeed(pool_id=pool),)),),
        # Arriving before the window opens is no arrival; here the driver comes right after the lock.
        policy=replace(
            policy,
            slots=replace(policy.slots, step=timedelta(0)),
            early_start=LOCK_LEAD + timedelta(minutes=5),
        ),
    )


def _policy(*, deposit: int) -> Policy:
    return Policy(
        meter_slack_wh=100_000,  # these cars take in seconds what others take in an hour
        currency="EUR",
        slots=SlotRules(),
        overstay=OverstayRules(fee_per_step=_euros(50)),
        deposit=_euros(deposit),
        reservation_fee=_euros(300),
        no_show_fee=_euros(500),
        compensation=_euros(1000),
        lock_lead=LOCK_LEAD,
    )


def _euros(minor: int) -> Money:
    return Money(minor, "EUR")
