"""A whole visit at a charger of each vendor, in each version in which it exists, comes out right."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.tables import TroubleRow
from simulator.charge_point import VirtualChargePoint
from simulator.vendors import VENDORS, Vendor, Version
from tests.ocpp_gateway.conftest import ALICE, MakeCharger
from tests.ocpp_gateway.exchange.test_flawed_messages import quirks
from tests.ocpp_gateway.records import CODE, Records

ENERGY_WH = 5000


def profiles(occasion: str) -> pytest.MarkDecorator:
    """Of those that show at this occasion."""
    return pytest.mark.parametrize(
        ("vendor", "version"),
        [
            pytest.param(vendor, version, id=f"{vendor.name}-{version}")
            for vendor in VENDORS.values()
            for version in vendor.versions
            if vendor.occasion == occasion
        ],
    )


async def arrive(charger: VirtualChargePoint) -> None:
    assert await charger.swipe(1, ALICE)
    await charger.plug_in(1)
    await charger.call("Heartbeat", {})


async def leave(charger: VirtualChargePoint) -> None:
    await charger.stop_by_card(1, ALICE)
    await charger.unplug(1)


async def came_out_right(records: Records, legs: int = 1) -> None:
    """Each leg is a session of Alice's reservation, over, and together they are what her car took in."""
    sessions = await records.sessions()
    assert [session.reservation_code for session in sessions] == [CODE] * legs
    assert all(session.ended_at is not None for session in sessions)
    assert sum(session.meter_last_wh - session.meter_start_wh for session in sessions) == ENERGY_WH


async def noted(vendor: Vendor, version: Version, engine: AsyncEngine, records: Records) -> None:
    """As quirks of the model: what the profile breaks in this version, and nothing else."""
    flaws = {flaw[:3] for flaw in vendor.flaws if version in flaw.versions}
    assert await quirks(engine, records, len(flaws)) == flaws


@profiles("always")
async def test_a_visit(
    vendor: Vendor, version: Version, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    await records.hold("alice")
    charger = await make_charger(version=version, profile=vendor)
    await charger.vanish()  # so that the gateway knows it from before, and when it was away
    await charger.come_back()
    await arrive(charger)
    for _ in range(5):
        await charger.charge(1, ENERGY_WH // 5)
    await leave(charger)
    await came_out_right(records)
    await noted(vendor, version, engine, records)


@profiles("power")
async def test_a_visit_during_which_power_is_cut(
    vendor: Vendor, version: Version, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    await records.hold("alice")
    charger = await make_charger(version=version, profile=vendor)
    await arrive(charger)
    await charger.charge(1, 2000)
    await charger.reboot()
    await charger.unplug(1)
    await arrive(charger)
    await charger.charge(1, 3000)
    await leave(charger)
    await came_out_right(records, legs=2)
    await noted(vendor, version, engine, records)


@profiles("fault")
async def test_a_visit_after_a_fault(
    vendor: Vendor, version: Version, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    await records.hold("alice")
    charger = await make_charger(version=version, profile=vendor)
    await charger.fault(0)
    await charger.recover(0)
    await arrive(charger)
    await charger.charge(1, ENERGY_WH)
    await leave(charger)
    await came_out_right(records)
    await noted(vendor, version, engine, records)
    async with engine.connect() as connection:
        still = await connection.execute(select(TroubleRow.id).where(TroubleRow.ended_at.is_(None)))
    assert still.all() == []
