"""The site of a day: what is installed there, and by which rules."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select

from days.script import ChargerPlan, Script
from db.engine import Sessions
from db.seed import ChargerSeed, ConnectorSeed, DriverSeed, PoolSeed, Seed, SiteSeed, seed
from db.tables import Connector
from domain.money.amount import Money
from domain.terms.policy import AtSlotEnd, CancellationTier, OverstayRules, Policy, SlotRules
from domain.terms.tariff import Tariff

SITE = "site"
POWER_W = 150_000
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_PASSWORD = "charger-password"  # noqa: S105 - of chargers that exist for a second


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
    time_per_minute=euros(0),
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


def policy_of(script: Script) -> Policy:
    rules: dict[str, Any] = dict(script.rules)
    if "at_slot_end" in rules:
        rules["at_slot_end"] = AtSlotEnd(rules["at_slot_end"])
    return replace(POLICY, **rules)


async def build(sessions: Sessions, script: Script) -> dict[tuple[str, int], int]:
    """(charger, connector number) → id of the connector."""
    site = SiteSeed(
        id=SITE,
        name="Site",
        latitude=52.52,
        longitude=13.405,
        pools=(PoolSeed(id="pool", name="DC", power_w=POWER_W),),
        chargers=tuple(_charger(n, plan) for n, plan in enumerate(script.chargers, start=1)),
        policy=policy_of(script),
        tariff=TARIFF,
    )
    drivers = tuple(
        DriverSeed(
            id=driver_id(n),
            rfid=tuple(card(n, k) for k in range(plan.cards)),
            group_id=plan.group or None,
        )
        for n, plan in enumerate(script.drivers)
    )
    plan = Seed(sites=(site,), drivers=drivers, default_policy=POLICY, default_tariff=TARIFF)
    async with sessions.begin() as session:
        await seed(session, plan, now=_LONG_AGO, hasher=_CHEAP)
        rows = await session.execute(select(Connector.charger_id, Connector.number, Connector.id))
        return {(charger, number): id_ for charger, number, id_ in rows}


def _charger(number: int, plan: ChargerPlan) -> ChargerSeed:
    connectors = tuple(
        ConnectorSeed(pool_id="pool", number=k, bay=f"Bay {number}" if plan.shared else f"Bay {number}.{k}")
        for k in range(1, plan.connectors + 1)
    )
    return ChargerSeed(id=f"SITE-{number}", connectors=connectors, password=_PASSWORD)


def chance_of(*about: object) -> float:
    """Between 0 and 1, the same for the same, so that a shrunk day decides as the whole one did."""
    digest = hashlib.sha256(repr(about).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
