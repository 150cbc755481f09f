"""Cards, cables, remote starts, meters and faults: the local logic of a decent charger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.charge_point import Misbehaviour, VirtualChargePoint
from tests.simulator.charge_point.conftest import Start
from tests.simulator.charge_point.csms import HonestCSMS

ONLY_16 = pytest.mark.parametrize("csms", ["1.6"], indirect=True)
ONLY_201 = pytest.mark.parametrize("csms", ["2.0.1"], indirect=True)


def statuses(charger: VirtualChargePoint) -> list[str]:
    reports = [m.payload for m in charger.log if (m.action, m.kind) == ("StatusNotification", "call")]
    return [
        r.get("status") or r["connectorStatus"] for r in reports if r.get("evseId", r["connectorId"]) == 1
    ]


def events(csms: HonestCSMS) -> list[tuple[str, str]]:
    return [(e["eventType"], e["triggerReason"]) for e in csms.of("TransactionEvent")]


def stop_reason(csms: HonestCSMS) -> str:
    if csms.version == "1.6":
        return str(csms.of("StopTransaction")[-1]["reason"])
    last = csms.of("TransactionEvent")[-1]
    assert last["eventType"] == "Ended"
    return str(last["transactionInfo"]["stoppedReason"])


async def remote_start(csms: HonestCSMS, tag: str = "APP", connector: int | None = 1) -> dict[str, Any]:
    if csms.version == "1.6":
        where = {} if connector is None else {"connectorId": connector}
        return await csms.call("RemoteStartTransaction", {"idTag": tag, **where})
    where = {} if connector is None else {"evseId": connector}
    id_token = {"idToken": tag, "type": "Central"}
    return await csms.call("RequestStartTransaction", {"idToken": id_token, "remoteStartId": 5, **where})


async def remote_stop(csms: HonestCSMS, transaction_id: Any) -> dict[str, Any]:
    action = "RemoteStopTransaction" if csms.version == "1.6" else "RequestStopTransaction"
    return await csms.call(action, {"transactionId": transaction_id})


async def charging(start: Start, tag: str = "ALICE", **options: Any) -> VirtualChargePoint:
    charger = await start(**options)
    await charger.plug_in(1)
    assert await charger.swipe(1, tag)
    return charger


def charging_status(csms: HonestCSMS) -> str:
    return "Charging" if csms.version == "1.6" else "Occupied"


@ONLY_16
async def test_16_a_whole_session(csms: HonestCSMS, start: Start) -> None:
    charger = await charging(start)
    await charger.charge(1, 4_000)
    await charger.finish_charging(1)
    await charger.stop_by_card(1, "ALICE")
    await charger.unplug(1)
    assert statuses(charger) == [
        "Available", "Preparing", "Charging", "SuspendedEV", "Finishing", "Available",
    ]  # fmt: skip
    (begun,), (ended,) = csms.of("StartTransaction"), csms.of("StopTransaction")
    assert (begun["meterStart"], ended["meterStop"], ended["reason"]) == (0, 4_000, "Local")
    assert ended["idTag"] == "ALICE"
    first = csms.of("MeterValues")[0]
    assert (first["transactionId"], first["meterValue"][0]["sampledValue"][0]["value"]) == (1, "4000")


@ONLY_201
async def test_201_a_whole_session(csms: HonestCSMS, start: Start) -> None:
    charger = await charging(start)
    await charger.charge(1, 4_000)
    await charger.finish_charging(1)
    await charger.stop_by_card(1, "ALICE")
    await charger.unplug(1)
    assert statuses(charger) == ["Available", "Occupied", "Available"]
    assert events(csms) == [
        ("Started", "Authorized"),
        ("Updated", "MeterValuePeriodic"),
        ("Updated", "ChargingStateChanged"),
        ("Ended", "StopAuthorized"),
    ]
    sent = csms.of("TransactionEvent")
    assert [event["seqNo"] for event in sent] == [0, 1, 2, 3]
    assert len({event["transactionInfo"]["transactionId"] for event in sent}) == 1
    assert sent[0]["idToken"] == {"idToken": "ALICE", "type": "ISO14443"}
    assert sent[2]["transactionInfo"]["chargingState"] == "SuspendedEV"


@ONLY_201
@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("Authorized", [("Started", "Authorized"), ("Updated", "CablePluggedIn")]),
        ("PowerPathClosed", [("Started", "CablePluggedIn")]),
    ],
)
async def test_201_the_transaction_starts_where_configured(
    csms: HonestCSMS, start: Start, point: str, expected: list[tuple[str, str]]
) -> None:
    charger = await start(tx_start_point=point)
    await charger.swipe(1, "ALICE")
    await charger.plug_in(1)
    assert events(csms)[: len(expected)] == expected
    assert csms.of("TransactionEvent")[0]["idToken"]["idToken"] == "ALICE"


@ONLY_201
async def test_201_a_plug_alone_may_start_a_transaction_without_a_token(
    csms: HonestCSMS, start: Start
) -> None:
    charger = await start(tx_start_point="EVConnected")
    await charger.plug_in(1)
    begun = csms.of("TransactionEvent")[0]
    assert (begun["eventType"], begun["triggerReason"]) == ("Started", "CablePluggedIn")
    assert "idToken" not in begun
    await charger.charge(1, 1_000)
    assert charger.connector(1).meter_wh == 0
    await charger.swipe(1, "ALICE")
    assert events(csms)[1:] == [("Updated", "Authorized"), ("Updated", "ChargingStateChanged")]
    await charger.unplug(1)
    assert stop_reason(csms) == "EVDisconnected"


async def test_a_refused_card_starts_nothing(csms: HonestCSMS, start: Start) -> None:
    csms.tokens["MALLORY"] = {"status": "Blocked"}
    charger = await start()
    await charger.plug_in(1)
    assert await charger.swipe(1, "MALLORY") is False
    assert charger.connector(1).transaction is None


@pytest.mark.parametrize("stops", [True, False])
async def test_a_transaction_the_csms_refuses_stops_by_itself_or_goes_on(
    csms: HonestCSMS, start: Start, stops: bool
) -> None:
    csms.tokens["MALLORY"] = {"status": "Invalid"}
    charger = await start(misbehaviour=Misbehaviour(ignore_token=True, stop_when_refused=stops))
    await charger.plug_in(1)
    assert await charger.swipe(1, "MALLORY") is False
    if stops:
        await charger.wait_for(lambda c: c.connector(1).transaction is None)
        ending = "StopTransaction" if csms.version == "1.6" else "TransactionEvent"
        await charger.wait_for_message(ending, kind="result", count=1 if csms.version == "1.6" else 2)
        assert stop_reason(csms) == "DeAuthorized"
    else:
        await charger.charge(1, 500)
        transaction = charger.connector(1).transaction
        assert transaction is not None
        assert transaction.energy_wh == 500


async def test_a_remote_start_with_a_car_begins_at_once(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    await charger.plug_in(1)
    assert (await remote_start(csms))["status"] == "Accepted"
    await charger.wait_for(lambda c: statuses(c)[-1] == charging_status(csms) and transaction_known(c))
    if csms.version == "2.0.1":
        await charger.wait_for_message("TransactionEvent", kind="result")
        (begun,) = csms.of("TransactionEvent")
        assert begun["triggerReason"] == "RemoteStart"
        assert begun["transactionInfo"]["remoteStartId"] == 5
    transaction = charger.connector(1).transaction
    assert transaction is not None
    assert (await remote_stop(csms, 424242 if csms.version == "1.6" else "no"))["status"] == "Rejected"
    assert (await remote_stop(csms, transaction.id))["status"] == "Accepted"
    await charger.wait_for(lambda c: c.connector(1).transaction is None)
    await charger.call("Heartbeat", {})
    assert stop_reason(csms) == "Remote"


def transaction_known(charger: VirtualChargePoint) -> bool:
    transaction = charger.connector(1).transaction
    return transaction is not None and transaction.id is not None


async def test_a_remote_start_waits_for_the_cable(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    assert (await remote_start(csms, connector=None))["status"] == "Accepted"
    await charger.wait_for(lambda c: c.connector(1).authorisation is not None)
    await charger.plug_in(1)
    assert charger.connector(1).transaction is not None


async def test_a_remote_start_without_a_car_times_out(csms: HonestCSMS, start: Start) -> None:
    charger = await start(connection_timeout_s=0.05, tx_start_point="Authorized")
    await remote_start(csms)
    if csms.version == "1.6":
        await charger.wait_for(lambda c: statuses(c) == ["Available", "Preparing", "Available"])
    else:
        await charger.wait_for_message("TransactionEvent", kind="result", count=2)
        assert stop_reason(csms) == "Timeout"
    await charger.plug_in(1)
    assert charger.connector(1).transaction is None


async def test_a_second_remote_start_is_rejected_while_charging(csms: HonestCSMS, start: Start) -> None:
    await charging(start)
    assert (await remote_start(csms))["status"] == "Rejected"
    assert (await remote_start(csms, connector=9))["status"] == "Rejected"


async def test_unplugging_ends_the_transaction(csms: HonestCSMS, start: Start) -> None:
    charger = await charging(start)
    await charger.unplug(1)
    assert stop_reason(csms) == "EVDisconnected"
    assert statuses(charger)[-1] == "Available"


async def test_another_card_does_not_stop_the_transaction(csms: HonestCSMS, start: Start) -> None:
    charger = await charging(start)
    await charger.stop_by_card(1, "BOB")
    assert charger.connector(1).transaction is not None


async def test_a_fault_stops_the_transaction_and_keeps_what_was_delivered(
    csms: HonestCSMS, start: Start
) -> None:
    charger = await charging(start)
    await charger.charge(1, 2_500)
    await charger.fault(1)
    assert statuses(charger)[-1] == "Faulted"
    if csms.version == "1.6":
        assert csms.of("StopTransaction")[-1]["meterStop"] == 2_500
        assert csms.of("StatusNotification")[-1]["errorCode"] == "GroundFailure"
    else:
        assert stop_reason(csms) == "GroundFault"
    assert await charger.swipe(1, "ALICE") is False


async def test_an_emergency_stop_faults_every_connector_and_then_the_charge_point(
    csms: HonestCSMS, start: Start
) -> None:
    charger = await start(connectors=2)
    await charger.fault(0, "OtherError")
    reports = csms.of("StatusNotification")
    faulted = [r for r in reports if "Faulted" in (r.get("status"), r.get("connectorStatus"))]
    if csms.version == "1.6":
        assert sorted(r["connectorId"] for r in faulted) == [0, 1, 2]
    else:
        assert [r["evseId"] for r in faulted] == [1, 2]


async def test_the_meter_runs_by_itself_when_given_an_interval(csms: HonestCSMS, start: Start) -> None:
    charger = await charging(start, meter_interval_s=0.01, energy_step_wh=50)
    await charger.wait_for(lambda c: c.connector(1).meter_wh >= 150)
    await charger.finish_charging(1)
    register = charger.connector(1).meter_wh
    assert register % 50 == 0


async def test_timestamps_may_lack_the_zone(csms: HonestCSMS, start: Start) -> None:
    charger = await charging(start, misbehaviour=Misbehaviour(naive_timestamps=True))
    await charger.unplug(1)
    stamps = [p["timestamp"] for _, _, p in csms.received if "timestamp" in p]
    assert stamps
    assert not any(stamp.endswith("Z") or "+" in stamp for stamp in stamps)


async def test_a_clock_may_show_local_time_and_say_that_it_is_utc(csms: HonestCSMS, start: Start) -> None:
    before = datetime.now(UTC)
    charger = await charging(start, misbehaviour=Misbehaviour(clock_offset=timedelta(hours=-5)))
    await charger.unplug(1)
    stamps = [p["timestamp"] for _, _, p in csms.received if "timestamp" in p]
    assert stamps
    assert all(stamp.endswith("Z") for stamp in stamps)
    assert all(datetime.fromisoformat(stamp) < before - timedelta(hours=4) for stamp in stamps)
