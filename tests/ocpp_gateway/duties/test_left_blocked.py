"""Unavailable beside a busy plug is no trouble; Unavailable beside a plug that has long been free is."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from db.tables.charging.troubles import TroubleRow
from ocpp_gateway.duties.left_blocked import LeftBlocked
from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.conftest import BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.cards import all_versions
from tests.ocpp_gateway.duties.evses import OTHER, reports, stations, two_types_booked
from tests.ocpp_gateway.duties.evses import heard as plug_heard
from tests.ocpp_gateway.duties.evses import says as plug_says
from tests.ocpp_gateway.records import Records


async def says(charger: VirtualChargePoint, number: int, status: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    if charger.version == "1.6":
        told = {"connectorId": number, "errorCode": "NoError", "status": status, "timestamp": now}
    else:
        told = {"evseId": number, "connectorId": 1, "connectorStatus": status, "timestamp": now}
    await charger.call("StatusNotification", told)


async def look(records: Records, later: timedelta = timedelta(minutes=1)) -> bool:
    """Was anything found?"""
    found: list[bool] = []
    instance = (await records.charger()).gateway_instance
    duty = LeftBlocked(
        records.engine,
        instance=instance,
        wake=lambda: found.append(True),
        clock=lambda: datetime.now(UTC) + later,
    )
    await duty.look()
    return bool(found)


async def standing(records: Records) -> list[tuple[int | None, str]]:
    async with records.engine.connect() as connection:
        rows = await connection.execute(
            select(TroubleRow.connector_id, TroubleRow.cause).where(TroubleRow.ended_at.is_(None))
        )
        return [(row.connector_id, row.cause) for row in rows]


async def heard(records: Records) -> list[str | None]:
    first = records.connectors[CHARGER, 1]
    return [one.status for one in await records.told() if one.connector_id == first]


@all_versions
async def test_a_plug_that_stays_unavailable_after_the_other_became_free_is_in_trouble(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.share_bay()
    await records.hold("alice", number=1)
    await charger.plug_in(2)
    await says(charger, 1, "Unavailable")
    assert not await look(records)  # somebody is at the other plug
    await charger.unplug(2)
    await records.until_shown("available", number=2)
    assert not await look(records, timedelta(0))  # it may take it back in a moment
    assert "unavailable" not in await heard(records)
    assert await look(records)
    assert await heard(records) == ["unavailable"]
    assert await standing(records) == [(records.connectors[CHARGER, 1], "unavailable")]
    assert not await look(records)  # once
    await says(charger, 1, "Available")
    assert await heard(records) == ["unavailable", "available"]
    assert await standing(records) == []


@all_versions
async def test_a_plug_that_takes_it_back_is_none_and_a_fault_is_trouble_at_once(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.share_bay()
    await records.hold("alice", number=1)
    await charger.plug_in(2)
    await says(charger, 1, "Unavailable")
    await charger.unplug(2)
    await says(charger, 1, "Available")
    assert not await look(records)
    assert "unavailable" not in await heard(records)
    await charger.plug_in(2)
    await says(charger, 1, "Faulted")
    assert (await heard(records))[-1] == "faulted"
    assert await standing(records) == [(records.connectors[CHARGER, 1], "fault")]


@pytest.mark.parametrize("shared", [True, False])
async def test_a_session_at_the_other_plug_counts_whatever_its_status_says(
    shared: bool, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    if shared:
        await records.share_bay()
    await records.hold("alice", number=1)
    await charger.plug_in(2)
    await charger.swipe(2, BOB)
    await says(charger, 1, "Unavailable")
    assert ("unavailable" in await heard(records)) is not shared
    assert not await look(records)


@stations
async def test_a_plug_of_an_evse_that_stays_unavailable_is_trouble_of_whoever_was_promised_its_type(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await two_types_booked(charger, records)
    await plug_says(charger, 1, "Occupied")
    await plug_says(charger, 2, "Unavailable")
    assert not await look(records)  # somebody is at the other plug
    await plug_says(charger, 1, "Available")
    assert not await look(records, timedelta(0))  # it may take it back in a moment
    assert (await look(records), await look(records)) == (True, False)  # once
    await plug_says(charger, 2, "Unavailable")
    await plug_says(charger, 1, "Occupied")  # that it was broken before is known
    await plug_says(charger, 1, "Available")
    assert not await look(records)
    assert (await plug_heard(records, OTHER))[-1] == "unavailable"
    assert "unavailable" not in await plug_heard(records)
    assert await plugs_in_trouble(records) == [("CHADEMO", "unavailable")]
    await plug_says(charger, 2, "Available")
    assert (await plug_heard(records, OTHER))[-1] == "available"
    await plug_says(charger, 2, "Faulted")
    assert await plugs_in_trouble(records) == [("CHADEMO", "fault")]
    await plug_says(charger, 1, "Faulted")  # of the EVSE, then
    assert await plugs_in_trouble(records) == [("", "fault")]
    await plug_says(charger, 1, "Available")
    assert await plugs_in_trouble(records) == [("CHADEMO", "fault")]
    await reports(charger, 2, {1: "cCCS2"})
    await plug_says(charger, 1, "Available")
    assert await plugs_in_trouble(records) == []


async def plugs_in_trouble(records: Records) -> list[tuple[str, str]]:
    async with records.engine.connect() as connection:
        rows = await connection.execute(
            select(TroubleRow.plug, TroubleRow.cause).where(TroubleRow.ended_at.is_(None))
        )
        return [(row.plug, row.cause) for row in rows]
