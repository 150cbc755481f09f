"""A whole visit at a charger of each vendor, in each version in which it exists, comes out right."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_sessions
from db.tables import Charger, TroubleRow
from simulator.charge_point import VirtualChargePoint
from simulator.vendors import VENDORS, Vendor, Version
from tests.factories.visits import arrive, known_since_yesterday
from tests.ocpp_gateway.conftest import ALICE, CHARGER, MakeCharger
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


async def leave(charger: VirtualChargePoint) -> None:
    await charger.stop_by_card(1, ALICE)
    await charger.unplug(1)


async def came_out_right(records: Records, legs: int = 1) -> None:
    """Each leg is a session of Alice's reservation, over, and together they are what her car took in; once all that
    waited at the charger is told."""
    seen: list[tuple[str | None, bool]] = []
    energy_wh = 0

    async def all_told() -> bool:
        nonlocal energy_wh
        sessions = await records.sessions()
        seen[:] = [(session.reservation_code, session.ended_at is not None) for session in sessions]
        energy_wh = sum(session.meter_last_wh - session.meter_start_wh for session in sessions)
        return (seen, energy_wh) == ([(CODE, True)] * legs, ENERGY_WH)

    with suppress(TimeoutError):
        await records.eventually(all_told, timeout_s=5)
    assert (seen, energy_wh) == ([(CODE, True)] * legs, ENERGY_WH)


async def noted(charger: VirtualChargePoint, vendor: Vendor, engine: AsyncEngine, records: Records) -> None:
    """As quirks of the model: what the profile breaks in this version, and nothing else."""
    flaws = {flaw[:3] for flaw in vendor.flaws if charger.version in flaw.versions}
    word, last = ("status", {"connectorId": 0, "errorCode": "NoError", "status": "available"})
    if charger.version != "1.6":
        word, last = "connectorStatus", {"evseId": 1, "connectorId": 1, "connectorStatus": "available"}
    flawed = {"timestamp": datetime.now(UTC).isoformat(), **last}
    await charger.send_raw(json.dumps([2, "last", "StatusNotification", flawed]))
    flaws.add(("StatusNotification", word, "wrong_word"))
    assert await quirks(engine, records, len(flaws)) == flaws


@profiles("always")
async def test_a_visit(
    vendor: Vendor, version: Version, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    await records.hold("alice")
    await known_since_yesterday(create_sessions(records.engine), Charger.id == CHARGER)
    charger = await make_charger(version=version, profile=vendor)
    await arrive(charger, ALICE)
    for _ in range(5):
        await charger.charge(1, ENERGY_WH // 5)
    await leave(charger)
    await came_out_right(records)
    await noted(charger, vendor, engine, records)


@profiles("coverage")
async def test_a_visit_during_which_the_connection_is_lost(
    vendor: Vendor, version: Version, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    await records.hold("alice")
    await known_since_yesterday(create_sessions(records.engine), Charger.id == CHARGER)
    charger = await make_charger(version=version, profile=vendor)
    await arrive(charger, ALICE)
    await charger.charge(1, 1000)
    await charger.vanish()
    await charger.charge(1, 1000)
    await charger.charge(1, 1000)
    await charger.come_back()
    await charger.charge(1, 2000)
    await leave(charger)
    await came_out_right(records)
    await noted(charger, vendor, engine, records)


@profiles("coverage")
async def test_a_visit_that_is_told_when_it_is_over(
    vendor: Vendor, version: Version, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    await records.hold("alice")
    await known_since_yesterday(create_sessions(records.engine), Charger.id == CHARGER)
    charger = await make_charger(version=version, profile=vendor)
    assert await charger.swipe(1, ALICE)
    await charger.vanish()
    await charger.plug_in(1)
    await charger.charge(1, 2000)
    await charger.charge(1, 3000)
    await leave(charger)
    await charger.come_back()

    await came_out_right(records)
    await noted(charger, vendor, engine, records)


@profiles("power")
async def test_a_visit_during_which_power_is_cut(
    vendor: Vendor, version: Version, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    await records.hold("alice")
    await known_since_yesterday(create_sessions(records.engine), Charger.id == CHARGER)
    charger = await make_charger(version=version, profile=vendor)
    await arrive(charger, ALICE)
    await charger.charge(1, 2000)
    await charger.reboot()
    await charger.unplug(1)
    await arrive(charger, ALICE)
    await charger.charge(1, 3000)
    await leave(charger)
    await came_out_right(records, legs=2)
    await noted(charger, vendor, engine, records)


@profiles("fault")
async def test_a_visit_after_a_fault(
    vendor: Vendor, version: Version, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    await records.hold("alice")
    await known_since_yesterday(create_sessions(records.engine), Charger.id == CHARGER)
    charger = await make_charger(version=version, profile=vendor)
    await charger.fault(0)
    await charger.recover(0)
    await arrive(charger, ALICE)
    await charger.charge(1, ENERGY_WH)
    await leave(charger)
    await came_out_right(records)
    await noted(charger, vendor, engine, records)
    async with engine.connect() as connection:
        still = await connection.execute(select(TroubleRow.id).where(TroubleRow.ended_at.is_(None)))
    assert still.all() == []
