"""Two connectors of one 2.x EVSE are one place: one car at a time, and what they say is heard together."""

from typing import Any

import pytest
from sqlalchemy import select

from db.tables import ChargingSession, Connector
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.evses import OTHER, heard, reports, says, stations, two_types_booked
from tests.ocpp_gateway.duties.messages import event, register
from tests.ocpp_gateway.records import CODE, Records

ways = pytest.mark.parametrize("way", ["StatusNotification", "NotifyEvent"])


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
    mine = started(2, ALICE) | {"transactionInfo": {"transactionId": "tx-2"}}
    assert (await charger.call("TransactionEvent", mine))["idTokenInfo"]["status"] == "Accepted"
    codes = {one.transaction_id: one.reservation_code for one in await records.sessions()}
    assert codes == {"tx-1": None, "tx-2": CODE}


async def of_evse(records: Records) -> tuple[Any, ...]:
    async with records.engine.connect() as connection:
        one = Connector.id == records.connectors[CHARGER, 1]
        row = (await connection.execute(select(Connector.plug_types, Connector.plugs).where(one))).one()
        return tuple(row)


@stations
async def test_trouble_of_a_plug_is_told_to_those_who_were_promised_that_type(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await two_types_booked(charger, records)
    for connector in (1, 2):
        await says(charger, connector, "Available")
    before = len(await heard(records))
    await says(charger, 2, "Faulted")
    assert (await records.status(), len(await heard(records))) == ("available", before)
    await says(charger, 1, "Occupied")
    await says(charger, 2, "Unavailable")  # in use beside: it passes
    await says(charger, 1, "Available")
    await says(charger, 2, "Available")
    mine, others = await heard(records), await heard(records, OTHER)
    assert not {"faulted", "unavailable"} & set(mine)
    assert [one for one in others if one != "available"] == ["faulted", "occupied"]


@stations
async def test_a_plug_that_the_device_model_lists_no_more_says_nothing_any_more(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await reports(charger, 1, {1: "cCCS2", 2: "cG105"})
    await records.hold("alice", number=1)
    await says(charger, 1, "Unavailable")
    await says(charger, 2, "Available")
    assert await records.status() == "available"
    types = {"1": "IEC_62196_T2_COMBO", "2": "CHADEMO"}
    assert await of_evse(records) == (types, {"1": "unavailable", "2": "available"})
    await reports(charger, 2, {1: "cCCS2"})
    assert await of_evse(records) == ({"1": types["1"]}, {"1": "unavailable"})
    assert (await records.status(), (await heard(records))[-1]) == ("unavailable", "unavailable")
    await says(charger, 1, "Available")
    assert (await heard(records))[-1] == "available"
