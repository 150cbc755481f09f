"""Transactions come late, in part, or without a place: their energy and their edges are kept all the same."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from db.tables import Token
from simulator.charge_point import Misbehaviour
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, FLEET_A, FLEET_B, MakeCharger
from tests.ocpp_gateway.duties.messages import TOKEN, event, homeless, moment, register, start
from tests.ocpp_gateway.records import CODE, Records


async def test_what_happened_offline_arrives_with_its_own_time(
    records: Records, make_charger: MakeCharger
) -> None:
    await records.was_away()
    charger = await make_charger(misbehaviour=Misbehaviour(naive_timestamps=True))
    await records.hold("alice", starts_in=timedelta(minutes=-40))
    begun = moment(timedelta(minutes=30))[:-6]
    answer = await charger.call("StartTransaction", start(timestamp=begun))
    assert answer["idTagInfo"]["status"] == "Accepted"
    stop = {"transactionId": answer["transactionId"], "meterStop": 6000, "timestamp": moment()}
    await charger.call("StopTransaction", stop)
    (session,) = await records.sessions()
    assert session.started_at == datetime.fromisoformat(begun + "+00:00")
    assert session.meter_last_wh - session.meter_start_wh == 5000
    assert await records.kinds() == ["transaction_started", "transaction_ended"]


async def test_a_stop_without_a_number_ends_the_only_open_transaction(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    await charger.call("StartTransaction", start())
    stop = {"transactionId": -1, "meterStop": 2500, "timestamp": moment(), "idTag": ALICE}
    answer = await charger.call("StopTransaction", stop)
    parent = await records.parent_tag("alice")
    assert answer == {"idTagInfo": {"status": "Accepted", "parentIdTag": parent}}
    assert await charger.call("StopTransaction", stop) == answer
    (session,) = await records.sessions()
    assert session.meter_last_wh == 2500
    assert (await records.kinds()).count("transaction_ended") == 1


async def test_a_transaction_whose_start_was_lost_is_still_a_session(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1")
    await records.hold("alice")
    ended = event("Ended", 7, idToken=TOKEN, meterValue=register(4000))
    assert (await charger.call("TransactionEvent", ended))["idTokenInfo"]["status"] == "Accepted"
    (session,) = await records.sessions()
    assert (session.reservation_code, session.ended_at is not None) == (CODE, True)
    assert await records.kinds() == ["transaction_started", "transaction_ended"]


async def test_the_first_reading_is_the_base_when_the_start_had_none(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1")
    await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN))
    await charger.call("TransactionEvent", event("Updated", 1, meterValue=register(900_000)))
    await charger.call("TransactionEvent", event("Updated", 2, meterValue=register(900_700)))
    (session,) = await records.sessions()
    assert session.meter_last_wh - session.meter_start_wh == 700


async def test_a_second_start_on_a_connector_ends_the_first(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    await charger.call("StartTransaction", start())
    answer = await charger.call("StartTransaction", start(meterStart=1100))
    first, second = await records.sessions()
    assert first.stop_reason == "superseded"
    assert (second.id, second.ended_at) == (answer["transactionId"], None)
    assert await records.kinds() == ["transaction_started", "transaction_started"]


async def test_meter_values_are_energy_and_never_events(records: Records, make_charger: MakeCharger) -> None:
    charger = await make_charger()
    await records.hold("alice")
    number = (await charger.call("StartTransaction", start()))["transactionId"]
    told = {"timestamp": moment(), "sampledValue": [{"value": "2.5", "unit": "kWh"}, {"value": "junk"}]}
    await charger.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [told]})
    (session,) = await records.sessions()
    assert session.meter_last_wh == 2500
    assert await records.kinds() == ["transaction_started"]


async def test_a_transaction_whose_start_was_lost_runs_where_its_token_has_its_hold(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1")
    await records.hold("alice", number=2)
    answer = await charger.call("TransactionEvent", homeless("Updated", 1, idToken=TOKEN))
    assert answer["idTokenInfo"]["status"] == "Accepted"
    (session,) = await records.sessions()
    assert (session.connector_id, session.reservation_code) == (records.connectors[CHARGER, 2], CODE)
    assert await records.kinds() == ["transaction_started"]


async def test_a_transaction_whose_start_was_lost_runs_on_the_only_free_connector(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1")
    other = {"transactionInfo": {"transactionId": "tx-other"}, "idToken": TOKEN | {"idToken": BOB}}
    await charger.call("TransactionEvent", event("Started", 0, **other))
    await charger.call("TransactionEvent", homeless("Ended", 9, idToken=TOKEN))
    first, second = await records.sessions()
    assert (first.ended_at, second.connector_id) == (None, records.connectors[CHARGER, 2])
    assert (second.id_tag, second.ended_at is not None) == (ALICE, True)


@pytest.mark.parametrize("last", ["Updated", "Ended"])
async def test_a_transaction_without_a_place_becomes_a_session_when_its_place_is_told(
    last: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1")
    await charger.call("TransactionEvent", homeless("Updated", 1, idToken=TOKEN))
    assert await records.sessions() == []
    await charger.call("TransactionEvent", event(last, 2, idToken=TOKEN, meterValue=register(4000)))
    (session,) = await records.sessions()
    assert (session.id_tag, session.ended_at is not None) == (ALICE, last == "Ended")


@pytest.mark.parametrize(("tag", "status"), [(FLEET_B, "Accepted"), (BOB, "NotAtThisTime")])
async def test_a_transaction_is_stopped_by_cards_of_its_own_group_only(
    tag: str, status: str, records: Records, make_charger: MakeCharger
) -> None:
    """And so it is answered after it has ended."""
    charger = await make_charger(version="2.0.1")
    async with records.engine.begin() as connection:
        await connection.execute(update(Token).where(Token.value == BOB).values(group_id="OTHERS"))
    begun, further = TOKEN | {"idToken": FLEET_A}, TOKEN | {"idToken": tag}
    await charger.call("TransactionEvent", event("Started", 0, idToken=begun))
    for n, kind in enumerate(("Updated", "Ended", "Updated"), start=1):
        answer = await charger.call("TransactionEvent", event(kind, n, idToken=further))
        assert answer["idTokenInfo"]["status"] == status
    (session,) = await records.sessions()
    assert (session.id_tag, session.driver_id) == (FLEET_A, "fleet-1")
