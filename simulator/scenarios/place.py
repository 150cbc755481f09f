"""Where a story happens: a site of its own with chargers, and rules in seconds instead of minutes."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from db.seed import ChargerSeed, ConnectorSeed, PoolSeed, SiteSeed
from domain.money.amount import Money
from domain.terms.payments import PaymentRules
from domain.terms.policy import CancellationTier, OverstayRules, Policy, SlotRules
from domain.terms.tariff import Tariff
from simulator.charge_point.options import Version

CURRENCY = "EUR"
POWER_W = 150_000
DEPOSIT, RESERVATION_FEE, NO_SHOW_FEE, LATE_CANCELLATION_FEE = 2000, 300, 500, 400
COMPENSATION, OVERSTAY_STEP, OVERSTAY_CAP = 1000, 50, 150
PER_KWH, PER_SESSION, TAX_PERCENT = 50, 100, 19


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def euros(minor: int) -> Money:
    return Money(minor, CURRENCY)


def rules(**changes: Any) -> Policy:
    """The demo's policy. `changes` replace fields of `Policy`."""
    policy = Policy(
        meter_slack_wh=1_000_000,  # these cars take in seconds what others take in hours
        currency=CURRENCY,
        slots=_SLOTS,
        overstay=_OVERSTAY,
        deposit=euros(DEPOSIT),
        reservation_fee=euros(RESERVATION_FEE),
        no_show_fee=euros(NO_SHOW_FEE),
        cancellation=(
            CancellationTier(ahead=seconds(10), fee=euros(0)),
            CancellationTier(ahead=seconds(0), fee=euros(LATE_CANCELLATION_FEE)),
        ),
        compensation=euros(COMPENSATION),
        payment_ttl=seconds(3),
        lock_lead=seconds(2),
        early_start=seconds(2),
        grace=seconds(12),
        eta_extension=seconds(3),
        reroute_grace=seconds(12),
        fault_debounce=seconds(1),
        offline_debounce=seconds(6),
        warn_before_end=seconds(2),
        departure_wait=seconds(4),
        change_until=seconds(5),
        walk_in_warning=seconds(5),
        payments=PaymentRules(authorise_ahead=timedelta(hours=1), answer_within=timedelta(hours=1)),
    )
    return replace(policy, **changes)


_SLOTS = SlotRules(
    step=seconds(0),
    shortest=seconds(2),
    longest=seconds(120),
    buffer=seconds(1),
    horizon=timedelta(hours=1),
    late_start_tolerance=seconds(10),
)
_OVERSTAY = OverstayRules(
    grace=seconds(1),
    step=seconds(1),
    fee_per_step=euros(OVERSTAY_STEP),
    cap=euros(OVERSTAY_CAP),
)


def tariff() -> Tariff:
    """0.50 a kWh and 1.00 a session, 19 % tax."""
    return Tariff(
        currency=CURRENCY,
        energy_per_kwh=euros(PER_KWH),
        time_per_minute=euros(0),
        session_fee=euros(PER_SESSION),
        tax_basis_points=TAX_PERCENT * 100,
    )


def taxed(net_minor: int) -> int:
    """With tax, rounded half up as the bill does."""
    return net_minor + (net_minor * TAX_PERCENT + 50) // 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerPlan:
    """A virtual charger of the story.

    `plugs`: connector types, one a connector, of which only one can be used at a time, since they share the bay.
    """

    id: str
    version: Version
    connectors: int = 1
    plugs: tuple[str, ...] = ()
    password: str = "a-charger-of-the-demo"  # noqa: S105 - lives as long as the demo


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A site. Places of different stories lie far apart, so that no story borrows another's connectors."""

    id: str
    name: str
    chargers: tuple[ChargerPlan, ...]
    policy: Policy
    latitude: float = 52.0
    longitude: float = 13.0
    zone: str = "Europe/Berlin"

    def seed(self) -> SiteSeed:
        """The site as it is written into the database: a pool for all, and one for each type of plug."""
        pool = f"{self.id}-pool"
        types = sorted({plug for plan in self.chargers for plug in plan.plugs})
        return SiteSeed(
            id=self.id,
            name=self.name,
            currency=CURRENCY,
            zone=self.zone,
            latitude=self.latitude,
            longitude=self.longitude,
            pools=(
                PoolSeed(id=pool, name="Fast", power_w=POWER_W),
                *(
                    PoolSeed(id=f"{pool}-{plug}", name=plug, connector_type=plug, power_w=POWER_W)
                    for plug in types
                ),
            ),
            chargers=tuple(_charger(plan, pool) for plan in self.chargers),
            policy=self.policy,
            tariff=tariff(),
        )


def _charger(plan: ChargerPlan, pool: str) -> ChargerSeed:
    if plan.plugs:
        connectors = tuple(
            ConnectorSeed(pool_id=f"{pool}-{plug}", number=number, bay=f"Bay {plan.id}")
            for number, plug in enumerate(plan.plugs, start=1)
        )
        return ChargerSeed(id=plan.id, password=plan.password, connectors=connectors)
    return ChargerSeed(
        id=plan.id,
        password=plan.password,
        connectors=tuple(
            ConnectorSeed(pool_id=pool, number=number, bay=f"Bay {plan.id}-{number}")
            for number in range(1, plan.connectors + 1)
        ),
    )
