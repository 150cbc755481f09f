"""The site of a day: what is installed there, and by which rules."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select

from days.calendar import Calendar
from days.script import ChargerPlan, Script
from db.engine import Sessions
from db.seed import ChargerSeed, ConnectorSeed, DriverSeed, PoolSeed, Seed, SiteSeed, seed
from db.tables import Connector
from domain.money.amount import Money
from domain.terms.policy import AtSlotEnd, CancellationTier, OverstayRules, Policy, SlotRules
from domain.terms.tariff import Tariff

SITES = ("site", "other")
"""The second one is some kilometres away."""
POWER_W = 150_000
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "charger-password"  # noqa: S105 - of chargers that exist for a second


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


POLICY = Policy(
    currency="EUR",
    slots=SlotRules(),
    overstay=OverstayRules(fee_per_step=euros(50), cap=euros(1200)),
    deposit=euros(2000),
    reservation_fee=euros(300),
    no_show_fee=euros(500),
    compensation=euros(1000),
    cancellation=(
        CancellationTier(ahead=timedelta(minutes=30), fee=euros(0)),
        CancellationTier(ahead=timedelta(0), fee=euros(400)),
    ),
    session_patience=timedelta(hours=2),
)

TARIFF = Tariff(
    currency="EUR",
    energy_per_kwh=euros(50),
    time_per_minute=euros(1),
    session_fee=euros(0),
    tax_basis_points=1900,
)


def charger_id(name: str) -> str:
    """Of the charger that a script calls `c1`."""
    return f"SITE-{name[1:]}"


def driver_id(number: int) -> str:
    return f"driver-{number + 1}"


def card(driver: int, number: int) -> str:
    return f"CARD{driver + 1:02d}{number + 1:02d}"


def policy_of(script: Script, calendar: Calendar) -> Policy:
    """As long as the calendar's minutes are. Where they are short, any instant may be booked."""
    rules: dict[str, Any] = dict(script.rules)
    if "at_slot_end" in rules:
        rules["at_slot_end"] = AtSlotEnd(rules["at_slot_end"])
    policy = replace(POLICY, **rules)
    if calendar.minute == timedelta(minutes=1):
        return policy
    # Cars take in seconds what others take in an hour.
    free = replace(policy, slots=replace(policy.slots, step=timedelta(0)), meter_slack_wh=1_000_000)
    return calendar.scaled(free)


async def build(sessions: Sessions, script: Script, policy: Policy) -> dict[tuple[str, int], int]:
    """(charger, connector number) → id of the connector."""
    sites = tuple(_site(number, script, policy) for number in sorted({plan.site for plan in script.chargers}))
    drivers = tuple(
        DriverSeed(
            id=driver_id(n),
            rfid=tuple(card(n, k) for k in range(plan.cards)),
            group_id=plan.group or None,
        )
        for n, plan in enumerate(script.drivers)
    )
    plan = Seed(sites=sites, drivers=drivers, default_policy=POLICY, default_tariff=TARIFF)
    async with sessions.begin() as session:
        await seed(session, plan, now=_LONG_AGO, hasher=_CHEAP)
        rows = await session.execute(select(Connector.charger_id, Connector.number, Connector.id))
        return {(charger, number): id_ for charger, number, id_ in rows}


def _site(number: int, script: Script, policy: Policy) -> SiteSeed:
    plans = enumerate(script.chargers, start=1)
    return SiteSeed(
        id=SITES[number],
        name=f"Site {number + 1}",
        latitude=52.52 + number * 0.05,
        longitude=13.405,
        pools=(PoolSeed(id=f"pool-{number}", name="DC", power_w=POWER_W),),
        chargers=tuple(_charger(n, plan) for n, plan in plans if plan.site == number),
        policy=policy,
        tariff=TARIFF,
    )


def _charger(number: int, plan: ChargerPlan) -> ChargerSeed:
    connectors = tuple(
        ConnectorSeed(
            pool_id=f"pool-{plan.site}", number=k, bay=f"Bay {number}" if plan.shared else f"Bay {number}.{k}"
        )
        for k in range(1, plan.connectors + 1)
    )
    return ChargerSeed(id=f"SITE-{number}", connectors=connectors, password=PASSWORD)


def chance_of(*about: object) -> float:
    """Between 0 and 1, the same for the same, so that a shrunk day decides as the whole one did."""
    digest = hashlib.sha256(repr(about).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
