"""Transactions come twice, late, out of order, or in part: one row, one effect, the same answer."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.duties.report_handler import ReportHandler
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.storage.hold_losses import KnownLosses
from ocpp_gateway.wire.answers import Answer
from ocpp_gateway.wire.v2x.version import ocpp201
from ocpp_gateway.wire.v16.version import ocpp16
from ocpp_gateway.wire.version import Version
from simulator.charge_point import Misbehaviour, VirtualChargePoint
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.records import CODE, Records


def moment(ago: timedelta = timedelta(0)) -> str:
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds")


def start(tag: str = ALICE, **over: Any) -> dict[str, Any]:
    return {"connectorId": 1, "idTag": tag, "meterStart": 1000, "timestamp": moment()} | over


def event(kind: str, seq_no: int, **over: Any) -> dict[str, Any]:
    return {
        "eventType": kind,
        "timestamp": moment(),
        "triggerReason": "Trigger",
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": "tx-1"},
        "evse": {"id": 1, "connectorId": 1},
    } | over


def register(wh: float) -> list[dict[str, Any]]:
    return [{"timestamp": moment(), "sampledValue": [{"value": wh}]}]


TOKEN = {"idToken": ALICE, "type": "ISO14443"}


async def take(
    records: Records, version: Version, action: str, message: dict[str, Any], epoch: int
) -> Answer:
    """What one instance of the gateway answers, over a connection of its own."""
    now = datetime.now(UTC)
    report = version.read_call(action, msgspec.json.encode(message), now)
    received = ReceivedCall(charger_id=CHARGER, epoch=epoch, message_id=str(epoch), at=now)
    handler = ReportHandler(records.engine, GatewayMetrics(), heartbeat_s=60)
    answered: asyncio.Future[Outcome | BaseException] = asyncio.get_running_loop().create_future()
    lanes = [asyncio.create_task(lane.run()) for lane in handler.lanes]
    handler.submit(received, report, answered.set_result)
    outcome = await answered
    for lane in lanes:
        lane.cancel()
    assert isinstance(outcome, Outcome), outcome
    return outcome.answer


async def test_a_start_sent_again_under_a_new_id_is_the_same_start(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    message = start()
    first = await charger.call("StartTransaction", message)
    again = await charger.call("StartTransaction", message)
    assert first == again
    assert len(await records.sessions()) == 1
    assert await records.kinds() == ["transaction_started"]


async def test_a_clock_that_stands_still_does_not_make_a_new_start_the_old_one(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    message = start(meterStart=0, timestamp="1970-01-01T00:00:00Z")
    numbers = []
    for _ in range(3):
        answer = await charger.call("StartTransaction", message)
        assert await charger.call("StartTransaction", message) == answer
        numbers.append(answer["transactionId"])
        stop = {"transactionId": numbers[-1], "meterStop": 10, "timestamp": "1970-01-01T00:00:00Z"}
        await charger.call("StopTransaction", stop)
    assert len(set(numbers)) == len(await records.sessions()) == 3
    assert (await records.kinds()).count("transaction_started") == 3


async def test_a_start_sent_again_after_a_reconnect_is_the_same_start(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    message = start()
    first = await charger.call("StartTransaction", message)
    await charger.vanish()
    await charger.come_back()
    assert await charger.call("StartTransaction", message) == first
    assert (await records.kinds()).count("transaction_started") == 1


async def test_the_same_start_over_several_connections_at_once_has_one_effect(records: Records) -> None:
    await records.hold("alice")
    message = start()
    answers = await asyncio.gather(
        *(take(records, ocpp16(), "StartTransaction", message, epoch) for epoch in range(8))
    )
    assert len(set(answers)) == 1
    assert len(await records.sessions()) == 1
    assert await records.kinds() == ["transaction_started"]


async def test_the_same_start_of_a_station_over_several_connections_at_once_has_one_effect(
    records: Records,
) -> None:
    await records.hold("alice")
    message = event("Started", 0, idToken=TOKEN, meterValue=register(1000))
    answers = await asyncio.gather(
        *(take(records, ocpp201(), "TransactionEvent", message, epoch) for epoch in range(8))
    )
    assert len(set(answers)) == 1
    assert len(await records.sessions()) == 1
    assert await records.kinds() == ["transaction_started"]


async def test_a_refused_start_sent_again_is_refused_again(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    message = start(BOB)
    first = await charger.call("StartTransaction", message)
    assert first["idTagInfo"]["status"] == "Blocked"
    assert await charger.call("StartTransaction", message) == first
    assert await records.kinds() == ["stranger_started"]


async def test_frames_sent_twice_with_one_id_get_one_effect(
    records: Records, make_charger: MakeCharger
) -> None:
    knobs = Misbehaviour(
        duplicate_calls=frozenset({"StartTransaction", "StatusNotification", "StopTransaction"})
    )
    charger = await make_charger(misbehaviour=knobs)
    await records.hold("alice")
    await charger.plug_in(1)
    assert await charger.swipe(1, ALICE)
    await charger.stop_by_card(1, ALICE)
    await charger.unplug(1)
    kinds = await records.kinds()
    assert kinds.count("transaction_started") == kinds.count("transaction_ended") == 1
    statuses = [t.status for t in await records.told() if t.kind == "connector_status"]
    assert all(before != after for before, after in pairwise(statuses))


async def test_what_happened_offline_arrives_with_its_own_time(
    records: Records, make_charger: MakeCharger
) -> None:
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
    assert answer == {"idTagInfo": {"status": "Accepted"}}
    assert await charger.call("StopTransaction", stop) == answer
    (session,) = await records.sessions()
    assert session.meter_last_wh == 2500
    assert (await records.kinds()).count("transaction_ended") == 1


async def test_events_of_a_transaction_count_once_in_any_order(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1")
    await records.hold("alice")
    started = event("Started", 0, idToken=TOKEN, meterValue=register(1000))
    ended = event("Ended", 3, meterValue=register(4000))
    first = await charger.call("TransactionEvent", started)
    assert first["idTokenInfo"]["status"] == "Accepted"
    await charger.call("TransactionEvent", event("Updated", 2, meterValue=register(3000)))
    await charger.call("TransactionEvent", event("Updated", 1, meterValue=register(2000)))
    assert await charger.call("TransactionEvent", started) == first
    for _ in range(2):
        assert await charger.call("TransactionEvent", ended) == {}
    await charger.call("TransactionEvent", event("Updated", 2, meterValue=register(3000)))
    (session,) = await records.sessions()
    assert (session.meter_start_wh, session.meter_last_wh) == (1000, 4000)
    assert session.ended_at is not None
    assert await records.kinds() == ["transaction_started", "transaction_ended"]


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


async def test_only_a_changed_status_is_an_edge(records: Records, make_charger: MakeCharger) -> None:
    charger = await make_charger()
    await records.hold("alice", number=1)
    await records.hold("bob", number=2, code="OTHER")
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    await charger.call("StatusNotification", status)
    assert await records.kinds() == []
    await charger.call("StatusNotification", status | {"status": "Faulted", "errorCode": "GroundFailure"})
    await charger.call("StatusNotification", status | {"status": "Faulted", "errorCode": "GroundFailure"})
    (told,) = await records.told()
    assert (told.status, told.detail) == ("faulted", "GroundFailure")
    assert await records.kinds("OTHER") == []
    await charger.call("StatusNotification", status | {"connectorId": 0, "status": "Unavailable"})
    assert [t.connector_id for t in await records.told("OTHER")] == [None]


async def test_a_boot_asks_locked_reservations_to_push_their_holds_again(
    records: Records, make_charger: MakeCharger
) -> None:
    await records.hold("alice", number=1)
    await records.hold("bob", number=2, code="LATER", locked=False)
    await make_charger(model="Model 7")
    assert "charger_booted" in await records.kinds()
    assert "charger_booted" not in await records.kinds("LATER")
    charger = await records.charger()
    assert (charger.model, charger.firmware) == ("Model 7", "1.0.0")


async def test_a_hold_that_the_charger_dropped_is_told_to_its_reservation(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1")
    hold_id = await records.hold("alice")
    update = {"reservationId": hold_id, "reservationUpdateStatus": "Removed"}
    await charger.call("ReservationStatusUpdate", update)
    removed = [t for t in await records.told() if t.kind == "hold_removed"]
    assert [(t.detail, t.connector_id) for t in removed] == [("Removed", records.connectors[CHARGER, 1])]


async def removed_again(charger: VirtualChargePoint, hold_id: int, times: int) -> None:
    update = {"reservationId": hold_id, "reservationUpdateStatus": "Removed"}
    for _ in range(times):
        assert await charger.call("ReservationStatusUpdate", update) == {}


async def test_a_dropped_hold_told_many_times_is_one_loss_until_it_was_there_again(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1")
    hold_id = await records.hold("alice")
    await removed_again(charger, hold_id, 6)
    assert (await records.kinds()).count("hold_removed") == 1
    status = {"timestamp": moment(), "connectorStatus": "Reserved", "evseId": 1, "connectorId": 1}
    await charger.call("StatusNotification", status)
    await removed_again(charger, hold_id, 3)
    assert (await records.kinds()).count("hold_removed") == 2


async def test_a_loss_told_over_several_connections_at_once_is_acknowledged_to_all(records: Records) -> None:
    hold_id = await records.hold("alice")
    update = {"reservationId": hold_id, "reservationUpdateStatus": "Expired"}
    await asyncio.gather(
        *(take(records, ocpp201(), "ReservationStatusUpdate", update, epoch) for epoch in range(8))
    )
    assert await records.kinds() == ["hold_removed"]


def homeless(kind: str, seq_no: int, **over: Any) -> dict[str, Any]:
    message = event(kind, seq_no, **over)
    del message["evse"]
    return message


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


async def test_a_loss_told_later_counts_where_the_device_does_not_show_its_holds() -> None:
    now = datetime.now(UTC)
    last_at = now - timedelta(minutes=2)

    def told(*, shows_holds: bool, at: datetime) -> bool:
        known = KnownLosses(locked_at=None, last_at=last_at, shows_holds=shows_holds, stood_again=False)
        return known.is_told(at)

    assert told(shows_holds=False, at=last_at + timedelta(seconds=59))
    assert not told(shows_holds=False, at=now)
    assert told(shows_holds=True, at=now)  # the comparison with its status finds it
