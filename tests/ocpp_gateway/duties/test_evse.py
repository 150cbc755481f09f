"""Two connectors of one 2.x EVSE are one place: one car at a time, and what they say is heard together."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from db.tables import ChargingSession
from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.conftest import ALICE, BOB, MakeCharger
from tests.ocpp_gateway.duties.messages import event, register
from tests.ocpp_gateway.records import Records

stations = pytest.mark.parametrize("version", ["2.0.1", "2.1"])
ways = pytest.mark.parametrize("way", ["StatusNotification", "NotifyEvent"])


async def says(
    charger: VirtualChargePoint, connector: int, status: str, way: str = "StatusNotification"
) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    told: dict[str, Any] = {
        "evseId": 1,
        "connectorId": connector,
        "connectorStatus": status,
        "timestamp": now,
    }
    if way == "NotifyEvent":
        entry = {
            "eventId": 1,
            "timestamp": now,
            "trigger": "Delta",
            "actualValue": status,
            "eventNotificationType": "HardWiredNotification",
            "component": {"name": "Connector", "evse": {"id": 1, "connectorId": connector}},
            "variable": {"name": "AvailabilityState"},
        }
        told = {"generatedAt": now, "seqNo": 0, "eventData": [entry]}
    await charger.call(way, told)


async def heard(records: Records) -> list[str | None]:
    return [one.status for one in await records.told() if one.kind == "connector_status"]


@stations
@ways
async def test_a_connector_that_is_unavailable_beside_a_car_says_nothing_of_the_evse(
    version: str, way: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    await says(charger, 1, "Occupied", way)
    await says(charger, 2, "Unavailable", way)
    assert await records.status() == "occupied"
    await says(charger, 2, "Available", way)
    assert await records.status() == "occupied"
    assert await heard(records) == []
    await says(charger, 1, "Available", way)
    assert (await records.status(), await heard(records)) == ("available", ["available"])


@stations
@ways
async def test_an_evse_can_be_used_while_one_of_its_connectors_can(
    version: str, way: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    await says(charger, 2, "Available", way)
    await says(charger, 1, "Faulted", way)
    assert (await records.status(), await heard(records)) == ("available", [])
    await says(charger, 2, "Unavailable", way)
    assert (await records.status(), await heard(records)) == ("faulted", ["faulted"])
    await says(charger, 2, "Available", way)
    assert (await records.status(), await heard(records)) == ("available", ["faulted", "available"])


@stations
async def test_the_other_connectors_word_contradicts_no_session(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    assert (await charger.call("TransactionEvent", started(1, ALICE)))["idTokenInfo"]["status"] == "Accepted"
    drawn = event("Updated", 1, meterValue=register(900))
    await charger.call("TransactionEvent", drawn)
    await says(charger, 2, "Unavailable")
    assert not await contradicted(records)
    await says(charger, 1, "Occupied")
    await says(charger, 2, "Available")
    assert not await contradicted(records)
    await says(charger, 1, "Available")
    assert await contradicted(records)


def started(connector: int, tag: str) -> dict[str, Any]:
    token = {"idToken": tag, "type": "Central"}
    return event(
        "Started", 0, evse={"id": 1, "connectorId": connector}, idToken=token, meterValue=register(100)
    )


async def contradicted(records: Records) -> bool:
    async with records.engine.connect() as connection:
        (at,) = (await connection.scalars(select(ChargingSession.contradicted_at))).all()
        return at is not None


@stations
async def test_what_is_held_for_an_evse_is_held_for_each_of_its_connectors(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await says(charger, 2, "Available")
    await records.hold("alice", number=1)
    told = await charger.call("TransactionEvent", started(2, BOB))
    assert told["idTokenInfo"]["status"] == "NotAtThisTime"
    assert "stranger_started" in await records.kinds()
