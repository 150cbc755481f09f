"""Chargers that say connector or EVSE 0, which is none: the one connector that it can be, else nothing is lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from db.tables import Connector, UnplacedTransaction
from domain.charging.connector import ConnectorStatus
from ocpp_gateway.duties.transaction_connector import only_place
from ocpp_gateway.storage.open_sessions import Spot
from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.conftest import ALICE, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.cards import all_versions
from tests.ocpp_gateway.duties.messages import TOKEN, event, moment, register, start
from tests.ocpp_gateway.records import CODE, Records


@pytest.fixture
async def single(records: Records) -> None:
    """The charger has one connector."""
    async with records.engine.begin() as connection:
        await connection.execute(
            delete(Connector).where(Connector.charger_id == CHARGER, Connector.number == 2)
        )


async def begin_at_zero(charger: VirtualChargePoint, transaction: str = "tx-1") -> tuple[str, Any]:
    """The status, and the transaction's number."""
    if charger.version == "1.6":
        answer = await charger.call("StartTransaction", start(connectorId=0))
        return answer["idTagInfo"]["status"], answer["transactionId"]
    info = {"transactionInfo": {"transactionId": transaction}, "evse": {"id": 0}, "idToken": TOKEN}
    answer = await charger.call("TransactionEvent", event("Started", 0, meterValue=register(1000), **info))
    return answer["idTokenInfo"]["status"], transaction


async def end_at_zero(charger: VirtualChargePoint, number: Any) -> None:
    if charger.version == "1.6":
        stop = {"transactionId": number, "meterStop": 4000, "timestamp": moment()}
        await charger.call("StopTransaction", stop)
    else:
        info = {"transactionInfo": {"transactionId": number}, "evse": {"id": 0}}
        await charger.call("TransactionEvent", event("Ended", 1, meterValue=register(4000), **info))


@all_versions
async def test_a_single_connector_is_meant(
    version: str, single: None, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version, connectors=1)
    await records.hold("alice", number=1)
    status, number = await begin_at_zero(charger)
    (session,) = await records.sessions()
    assert (status, session.reservation_code, session.authorised) == ("Accepted", CODE, True)
    samples = [{"value": "2000" if version == "1.6" else 2000}]
    meter = {"connectorId": 0, "meterValue": [{"timestamp": moment(), "sampledValue": samples}]}
    if version == "1.6":
        await charger.call("MeterValues", meter)
        assert (await records.sessions())[0].meter_last_wh == 2000
    await end_at_zero(charger, number)
    (session,) = await records.sessions()
    assert (session.ended_at is not None, session.meter_last_wh - session.meter_start_wh) == (True, 3000)


@all_versions
async def test_of_several_it_is_the_one_held_for_the_card(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=2)
    assert (await begin_at_zero(charger))[0] == "Accepted"
    (session,) = await records.sessions()
    assert (session.connector_id, session.reservation_code) == (records.connectors[CHARGER, 2], CODE)


async def test_of_several_it_is_the_only_one_that_waits_for_a_start(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    waits = {"connectorId": 2, "errorCode": "NoError", "status": "Preparing"}
    await charger.call("StatusNotification", waits)
    assert (await begin_at_zero(charger))[0] == "Accepted"
    (session,) = await records.sessions()
    assert session.connector_id == records.connectors[CHARGER, 2]


@all_versions
async def test_where_it_can_be_either_the_driver_is_let_in_and_an_operator_places_it(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    status, number = await begin_at_zero(charger)
    assert status == "Accepted"
    assert await records.sessions() == []
    await end_at_zero(charger, number)
    async with records.engine.connect() as connection:
        (kept,) = (await connection.execute(select(UnplacedTransaction.__table__))).all()
    assert (kept.transaction_id, kept.meter_start_wh, kept.meter_wh) == (str(number), 1000, 4000)
    assert kept.begun_at is not None


async def test_its_place_told_later_brings_back_what_the_start_showed(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1")
    await begin_at_zero(charger)
    await charger.call("TransactionEvent", event("Ended", 1, idToken=TOKEN, meterValue=register(4000)))
    (session,) = await records.sessions()
    assert (session.id_tag, session.meter_start_wh, session.meter_last_wh) == (ALICE, 1000, 4000)
    assert not session.start_inferred


async def test_a_box_that_speaks_only_as_a_whole_speaks_of_its_connector(
    single: None, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(connectors=1)
    told = {"connectorId": 0, "errorCode": "NoError"}
    for status in ("Preparing", "Charging", "Available", "Charging"):
        await charger.call("StatusNotification", told | {"status": status})
        assert await records.status() == status.lower()
    await charger.call("StatusNotification", told | {"connectorId": 1, "status": "Charging"})
    await charger.call("StatusNotification", told | {"status": "Available"})
    assert await records.status() == "charging"


spots = st.builds(Spot, st.booleans(), st.sampled_from(ConnectorStatus))


@given(st.dictionaries(st.integers(1, 4), spots, max_size=4), st.frozensets(st.integers(1, 5), max_size=3))
def test_the_place_that_is_found_is_the_only_one_of_its_kind(
    charger: dict[int, Spot], held: frozenset[int]
) -> None:
    place = only_place(charger, held)
    free = {one for one, spot in charger.items() if not spot.busy}
    if place is None:
        assert len(charger) != 1
        assert len(free) != 1
        return
    assert place in charger
    assert place in free or len(charger) == 1
    waits = {one for one in free if charger[one].status is ConnectorStatus.PREPARING}
    assert place in waits or len(waits) != 1 or len(charger) == 1
    alike = {one for one in free if charger[one] == charger[place] and (one in held) == (place in held)}
    assert alike <= {place}
