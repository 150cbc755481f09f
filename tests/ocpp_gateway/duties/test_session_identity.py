"""Reports find their session: ids used again, parts out of order, ends without a start, starts without a stop."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.duties.doubts import DoubtOptions, Doubts
from tests.ocpp_gateway.conftest import ALICE, BOB, FLEET_A, FLEET_B, MakeCharger
from tests.ocpp_gateway.duties.cards import give_up
from tests.ocpp_gateway.duties.messages import TOKEN, event, homeless, moment, register, start
from tests.ocpp_gateway.exchange.test_flawed_messages import quirks
from tests.ocpp_gateway.records import CODE, Records

stations = pytest.mark.parametrize("version", ["2.0.1", "2.1"])
all_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
BENS = TOKEN | {"idToken": BOB}


def ago(minutes: float) -> str:
    return moment(timedelta(minutes=minutes))


def shows(version: str, status: str) -> tuple[str, dict[str, Any]]:
    if version == "1.6":
        told = {"connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": moment()}
    else:
        told = {"evseId": 1, "connectorId": 1, "connectorStatus": status, "timestamp": moment()}
    return "StatusNotification", told


def boots(version: str) -> tuple[str, dict[str, Any]]:
    if version == "1.6":
        return "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}
    station = {"vendorName": "V", "model": "M"}
    return "BootNotification", {"reason": "PowerUp", "chargingStation": station}


async def settle(records: Records) -> None:
    """As after the settling time; nobody is connected to it, so nobody is asked."""
    options = DoubtOptions(settle_s=0)
    later = datetime.now(UTC) + timedelta(seconds=1)
    known = CapabilityRecords(records.engine)
    await Doubts(
        records.engine, NOBODY, known, wake=lambda: None, options=options, clock=lambda: later
    ).look()


class _Nobody:
    def get(self, charger_id: str) -> None:
        return None


NOBODY: Any = _Nobody()


@stations
async def test_an_id_used_again_after_a_boot_is_a_new_session(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await charger.call("TransactionEvent", event("Started", 0, idToken=BENS, timestamp=ago(30)))
    ended = event("Ended", 1, timestamp=ago(20), meterValue=register(3000))
    await charger.call("TransactionEvent", ended)
    await charger.call(*boots(version))
    await records.hold("alice")
    begun = event("Started", 0, idToken=TOKEN, meterValue=register(3000))
    answer = await charger.call("TransactionEvent", begun)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    assert await charger.call("TransactionEvent", begun) == answer
    await charger.call("TransactionEvent", ended)  # told again, of the one before
    await charger.call("TransactionEvent", event("Ended", 1, meterValue=register(4200)))
    first, second = await records.sessions()
    assert (first.id_tag, first.ended_at < second.started_at) == (BOB, True)
    assert (second.id_tag, second.reservation_code, second.reuse) == (ALICE, CODE, 1)
    assert second.meter_last_wh - second.meter_start_wh == 1200
    assert await records.kinds() == ["transaction_started", "transaction_ended"]


@pytest.mark.parametrize("stamp", ["1970-01-01T00:00:10Z", None])
@stations
async def test_an_id_used_again_under_a_clock_that_was_never_set_is_a_new_session(
    version: str, stamp: str | None, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await charger.call("TransactionEvent", event("Started", 0, idToken=BENS, meterValue=register(0)))
    await charger.call("TransactionEvent", event("Updated", 1, meterValue=register(500)))
    await charger.call(*boots(version))
    await charger.call(*shows(version, "Available"))
    await records.hold("alice")
    begun = event("Started", 0, idToken=TOKEN, meterValue=register(500)) | {"timestamp": stamp}
    told = {name: value for name, value in begun.items() if value is not None}
    answer = await charger.call("TransactionEvent", told)
    assert await charger.call("TransactionEvent", told) == answer
    await charger.call("TransactionEvent", event("Ended", 1, meterValue=register(900)))
    bens, hers = await records.sessions()
    assert (bens.meter_last_wh, bens.end_inferred) == (500, True)
    assert (hers.id_tag, hers.reservation_code) == (ALICE, CODE)
    assert (hers.meter_last_wh - hers.meter_start_wh, hers.end_inferred) == (400, False)


@stations
@pytest.mark.parametrize("placed", [True, False])
async def test_an_end_before_its_start_is_one_session_with_its_card_and_energy(
    placed: bool, version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", starts_in=timedelta(minutes=-50))
    make = event if placed else homeless
    ended = make("Ended", 2, timestamp=ago(10), offline=True, meterValue=register(1500))
    await charger.call("TransactionEvent", ended)
    await records.shown("NO_SHOW", driver="bob", code="WAITS")
    begun = event("Started", 0, timestamp=ago(40), offline=True, idToken=TOKEN, meterValue=register(1000))
    assert (await charger.call("TransactionEvent", begun))["idTokenInfo"]["status"] == "Accepted"
    (session,) = await records.sessions()
    assert (session.id_tag, session.reservation_code, session.authorised) == (ALICE, CODE, True)
    assert session.meter_last_wh - session.meter_start_wh == 500
    assert round((session.ended_at - session.started_at) / timedelta(minutes=1)) == 30
    assert await records.kinds() == ["transaction_started", "transaction_ended"]
    assert await records.kinds("WAITS") == ["end_placed"]


@stations
@pytest.mark.parametrize("start_last", [True, False])
async def test_a_card_that_was_named_in_between_is_found_after_the_end(
    start_last: bool, version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", starts_in=timedelta(minutes=-50))
    begun = event("Started", 0, timestamp=ago(40), offline=True, meterValue=register(1000))
    named = event("Updated", 1, timestamp=ago(39), offline=True, idToken=TOKEN)
    ended = event("Ended", 3, timestamp=ago(10), offline=True, meterValue=register(1500))
    for told in (ended, named, begun) if start_last else (begun, ended, named):
        answer = await charger.call("TransactionEvent", told)
        assert told is not named or answer["idTokenInfo"]["status"] == "Accepted"
    await charger.call("TransactionEvent", event("Updated", 4, idToken=BENS))
    (session,) = await records.sessions()
    assert (session.id_tag, session.reservation_code, session.authorised) == (ALICE, CODE, True)
    assert session.meter_last_wh - session.meter_start_wh == 500
    assert session.ended_at is not None
    assert await records.kinds() == ["transaction_started", "transaction_ended"]


async def test_a_lonely_stop_is_a_session_where_its_card_has_its_hold(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice", starts_in=timedelta(minutes=-50))
    stop = {"transactionId": -1, "meterStop": 2500, "timestamp": ago(1), "idTag": ALICE}
    answer = await charger.call("StopTransaction", stop)
    assert answer["idTagInfo"]["status"] == "Accepted"
    assert answer["idTagInfo"].keys() == {"status", "parentIdTag"}
    assert await charger.call("StopTransaction", stop) == answer
    (session,) = await records.sessions()
    assert (session.reservation_code, session.start_inferred) == (CODE, True)
    assert await records.kinds() == ["transaction_started", "transaction_ended"]


def stop_of(number: int, card: str | None, minutes: float, wh: int) -> dict[str, Any]:
    told = {"transactionId": number, "meterStop": wh, "timestamp": ago(minutes)}
    return told if card is None else told | {"idTag": card}


@pytest.mark.parametrize("number", [-1, 999_999])
@pytest.mark.parametrize("card", [FLEET_A, FLEET_B])
async def test_a_kept_stop_of_the_first_version_finds_the_start_of_its_card_or_group(
    number: int, card: str, records: Records, make_charger: MakeCharger
) -> None:
    await records.was_away()
    charger = await make_charger()
    await charger.call("StopTransaction", stop_of(number, BOB, 12, 900))  # somebody else's
    await charger.call("StopTransaction", stop_of(number, card, 50, 700))  # of one before
    await charger.call("StopTransaction", stop_of(number, card, 10, 1500))
    begun = start(tag=FLEET_A, connectorId=2, timestamp=ago(40))
    answer = await charger.call("StartTransaction", begun)
    assert await charger.call("StartTransaction", begun) == answer
    (session,) = await records.sessions()
    assert (session.id_tag, session.meter_last_wh - session.meter_start_wh) == (FLEET_A, 500)
    assert round((session.ended_at - session.started_at) / timedelta(minutes=1)) == 30
    await charger.call("StartTransaction", start(tag=FLEET_A, connectorId=2, timestamp=ago(5)))
    _, later = await records.sessions()
    assert later.ended_at is None


@pytest.mark.parametrize("card", [ALICE, "A11CE002"])
async def test_a_start_after_its_stop_was_given_a_place_is_the_same_session(
    card: str, records: Records, make_charger: MakeCharger
) -> None:
    await records.was_away()
    charger = await make_charger()
    await records.card("A11CE002", "alice")
    await records.hold("alice", starts_in=timedelta(minutes=-50))
    await charger.call("StopTransaction", stop_of(-1, card, 10, 1500))
    begun = start(connectorId=2, timestamp=ago(40))
    answer = await charger.call("StartTransaction", begun)
    assert await charger.call("StartTransaction", begun) == answer
    (session,) = await records.sessions()
    assert (session.id, session.reservation_code) == (answer["transactionId"], CODE)
    assert session.connector_id == records.connectors["NORTH-1", 2]
    assert session.meter_last_wh - session.meter_start_wh == 500
    assert round((session.ended_at - session.started_at) / timedelta(minutes=1)) == 30


async def test_a_lonely_stop_is_a_session_where_its_card_had_a_hold_that_was_given_up(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    hold = await records.hold("alice", starts_in=timedelta(minutes=-50))
    await give_up(records, hold)
    await charger.call("StopTransaction", stop_of(-1, ALICE, 10, 1500))
    (session,) = await records.sessions()
    assert (session.reservation_code, session.authorised) == (CODE, True)


async def test_a_stop_with_an_invented_number_ends_nothing_of_others(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await charger.call("StartTransaction", start())
    stop = {"transactionId": 999_999, "meterStop": 2500, "timestamp": moment()}
    await charger.call("StopTransaction", stop | {"idTag": BOB})
    await charger.call("StopTransaction", stop | {"transactionId": 999_998})
    (session,) = await records.sessions()
    assert (session.id_tag, session.ended_at) == (ALICE, None)
    await charger.call("StopTransaction", stop | {"transactionId": 999_997, "idTag": ALICE})
    (session,) = await records.sessions()
    assert session.ended_at is not None


@all_versions
async def test_a_session_that_its_charger_contradicts_ends_at_its_last_sign_and_is_told(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")
    await begin(version, charger)
    await charger.call(*boots(version))
    await charger.call(*shows(version, "Available"))
    (session,) = await records.sessions()
    assert (session.contradicted_at is not None, session.ended_at) == (True, None)
    await settle(records)
    (session,) = await records.sessions()
    assert (session.end_inferred, session.ended_at) == (True, session.last_sign_at)
    told = [(t.kind, t.detail) for t in await records.told() if t.kind == "transaction_ended"]
    assert told == [("transaction_ended", "inferred")]


@all_versions
async def test_without_a_contradiction_nothing_is_inferred(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await charger.call(*shows(version, "Available"))
    await begin(version, charger)
    await charger.call(*boots(version))
    await settle(records)
    (session,) = await records.sessions()
    assert (session.contradicted_at, session.ended_at) == (None, None)


@all_versions
async def test_a_late_stop_corrects_an_inferred_end(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")
    number = await begin(version, charger)
    await charger.call(*boots(version))
    await charger.call(*shows(version, "Available"))
    await settle(records)
    if version == "1.6":
        stop = {"transactionId": number, "meterStop": 1800, "timestamp": moment(), "reason": "PowerLoss"}
        await charger.call("StopTransaction", stop)
    else:
        await charger.call("TransactionEvent", event("Ended", 1, meterValue=register(1800)))
    (session,) = await records.sessions()
    assert (session.end_inferred, session.meter_last_wh - session.meter_start_wh) == (False, 800)
    details = [t.detail for t in await records.told() if t.kind == "transaction_ended"]
    assert (details[0], len(details)) == ("inferred", 2)


@stations
async def test_a_transaction_that_goes_on_after_a_power_cut_is_reopened(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")
    await begin(version, charger)
    await charger.call(*boots(version))
    await charger.call(*shows(version, "Available"))
    await settle(records)
    await charger.call("TransactionEvent", event("Updated", 1, meterValue=register(1300)))
    (session,) = await records.sessions()
    assert (session.ended_at, session.end_inferred, session.meter_last_wh) == (None, False, 1300)
    edges = [(t.kind, t.detail) for t in await records.told() if t.kind.startswith("transaction")]
    assert edges[-1] == ("transaction_started", "reopened")


async def begin(version: str, charger: Any) -> int | None:
    if version == "1.6":
        return int((await charger.call("StartTransaction", start()))["transactionId"])
    await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN, meterValue=register(1000)))
    return None


@stations
async def test_one_id_at_two_evses_at_once_is_two_sessions(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """EVSEs that count each for itself; a stranger under the id of who may charge is not stopped by the id."""
    charger = await make_charger(version=version)
    await records.hold("alice")
    second: dict[str, Any] = {"evse": {"id": 2, "connectorId": 1}}
    same = {"timestamp": moment()}
    await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN, meterValue=register(0), **same))
    bens = event("Started", 0, idToken=BENS, meterValue=register(7000), **same, **second)
    answer = await charger.call("TransactionEvent", bens)
    assert await charger.call("TransactionEvent", bens) == answer
    await charger.call("TransactionEvent", homeless("Updated", 1, meterValue=register(900)))
    await charger.call("TransactionEvent", event("Updated", 1, meterValue=register(7500), **second))
    await charger.call("TransactionEvent", event("Ended", 2, meterValue=register(1000)))
    hers, bobs = await records.sessions()
    assert (hers.id_tag, hers.ended_at is None, bobs.id_tag, bobs.ended_at) == (ALICE, False, BOB, None)
    taken = (hers.meter_last_wh - hers.meter_start_wh, bobs.meter_last_wh - bobs.meter_start_wh)
    assert taken == (1000, 500)
    noted = await quirks(records.engine, records, 1)
    assert noted == {("TransactionEvent", "transactionInfo/transactionId", "id_in_use")}
