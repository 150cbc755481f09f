"""Virtual chargers of all versions against the gateway: lives, commands, uploads, and what reaches the database."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from domain.charging.commands import (
    ClearCache,
    ClearChargingProfile,
    Command,
    CommandOutcome,
    CommandReply,
    GetBaseReport,
    GetCompositeSchedule,
    GetConfiguration,
    GetLogs,
    LogKind,
    PowerLimit,
    ProfilePurpose,
    ReserveNow,
    SetChargingProfile,
    UpdateFirmware,
)
from domain.charging.listing import GetLocalListVersion, ListedToken, SendLocalList
from ocpp_gateway.server import Gateway
from ocpp_gateway.wire.frames import CallError, read_frame
from simulator.charge_point import CallRefusedError
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.records import Records
from tests.ocpp_gateway.wire.official import VERSIONS

every_version = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])


async def send(gateway: Gateway, command: Command) -> CommandReply:
    connection = gateway.connections.get(CHARGER)
    assert connection is not None
    return await gateway.connections.send(CHARGER, connection.epoch, command)


@every_version
async def test_a_reserved_driver_charges(version: str, records: Records, make_charger: MakeCharger) -> None:
    charger = await make_charger(version=version)
    assert (await records.charger()).protocol == f"ocpp{version}"
    await records.hold("alice", number=1)
    assert not await charger.swipe(1, "C0FFEE00")
    assert await charger.swipe(1, ALICE)
    await charger.plug_in(1)
    await charger.charge(1, 1500)
    await charger.stop_by_card(1, ALICE)
    (session,) = await records.sessions()
    assert session.authorised
    assert session.meter_last_wh - session.meter_start_wh == 1500
    kinds = await records.kinds()
    assert {"token_presented", "transaction_started", "transaction_ended"} <= set(kinds)


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize("start_point", ["Authorized", "EVConnected", "PowerPathClosed"])
@pytest.mark.parametrize("plug_first", [True, False])
async def test_only_the_token_starts_a_reservation_whatever_starts_the_transaction(
    version: str, start_point: str, plug_first: bool, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version, tx_start_point=start_point)
    await records.hold("alice", number=1)
    if plug_first:
        await charger.plug_in(1)
        assert "transaction_started" not in await records.kinds()
        assert not any(session.authorised for session in await records.sessions())
        assert await charger.swipe(1, ALICE)
    else:
        assert await charger.swipe(1, ALICE)
        await charger.plug_in(1)
    assert (await records.kinds()).count("transaction_started") == 1
    (session,) = await records.sessions()
    assert (session.authorised, session.id_tag) == (True, ALICE)


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_stranger_who_plugs_in_and_leaves_has_used_nothing(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version, tx_start_point="EVConnected")
    await records.hold("alice", number=1)
    await charger.plug_in(1)
    await charger.unplug(1)
    (session,) = await records.sessions()
    assert (session.authorised, session.id_tag, session.reservation_code) == (False, "", None)
    assert "transaction_started" not in await records.kinds()


async def test_a_2_1_hold_used_for_nothing_is_told(
    gateway: Gateway, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.1", connection_timeout_s=0.2)
    expires = datetime.now(UTC) + timedelta(hours=1)
    reserve = ReserveNow(connector_number=1, hold_id=7, id_tag=ALICE, parent_id_tag=None, expires_at=expires)
    assert (await send(gateway, reserve)).outcome is CommandOutcome.ACCEPTED
    assert await charger.swipe(1, ALICE)
    told = await charger.wait_for_message("ReservationStatusUpdate", direction="out", kind="call")
    assert told.payload == {"reservationId": 7, "reservationUpdateStatus": "NoTransaction"}
    answer = await charger.wait_for_message("ReservationStatusUpdate", direction="in", kind="result")
    assert answer.payload == {}


@every_version
async def test_upkeep_commands_are_understood(
    version: str, gateway: Gateway, make_charger: MakeCharger
) -> None:
    await make_charger(version=version)
    tokens = (ListedToken(id_tag=ALICE, group_id="FLEET"), ListedToken(id_tag=BOB, accepted=False))
    limits = (PowerLimit(offset_s=0, watts=7000),)
    profile = SetChargingProfile(
        connector_number=1, profile_id=3, purpose=ProfilePurpose.DEFAULT, limits=limits
    )
    for command in (ClearCache(), SendLocalList(version=4, tokens=tokens), profile):
        assert (await send(gateway, command)).outcome is CommandOutcome.ACCEPTED, command
    assert (await send(gateway, GetLocalListVersion())).values == {"version": "4"}
    schedule = GetCompositeSchedule(connector_number=1, duration_s=60)
    assert (await send(gateway, schedule)).values == {"0": "7000.0"}
    assert (await send(gateway, ClearChargingProfile(profile_id=3))).outcome is CommandOutcome.ACCEPTED
    assert (await send(gateway, ClearChargingProfile(profile_id=3))).outcome is CommandOutcome.REJECTED


@every_version
async def test_uploads_are_kept_for_the_operator(
    version: str, gateway: Gateway, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    logs = GetLogs(kind=LogKind.DIAGNOSTICS, upload_url="https://logs.example/1", request_id=9)
    reply = await send(gateway, logs)
    assert (reply.outcome, reply.values) == (CommandOutcome.ACCEPTED, {"file": f"{CHARGER}.log"})
    firmware = UpdateFirmware(
        location="https://images.example/2.bin", retrieve_at=datetime.now(UTC), request_id=10
    )
    assert (await send(gateway, firmware)).outcome is CommandOutcome.ACCEPTED
    log_action = "DiagnosticsStatusNotification" if version == "1.6" else "LogStatusNotification"
    await charger.wait_for_message(log_action, kind="result", count=2)
    await charger.wait_for_message("FirmwareStatusNotification", kind="result", count=4)
    uploads = [row.payload["detail"] for row in await records.events("log_upload")]
    assert [detail.split(" ")[0] for detail in uploads] == ["Uploading", "Uploaded"]
    assert version == "1.6" or uploads[0] == "Uploading (request 9)"
    assert len(await records.events("firmware_update")) == 4


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_the_device_model_can_be_asked_for(
    version: str, gateway: Gateway, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    assert (await send(gateway, GetBaseReport(request_id=3))).outcome is CommandOutcome.ACCEPTED
    answer = await charger.wait_for_message("NotifyReport", direction="in", kind="result")
    assert answer.payload == {}


ODD = ["\x7f\x1b[31m", "‮evil‬", "'; DROP TABLE x;--", "💥" * 5, "ŉǰΐ", "ﷺ" * 20]


def calls_with(version: str, text: str) -> list[tuple[str, dict[str, object]]]:
    """Messages with `text` in every field that is kept, and the largest numbers."""
    at = "2026-11-22T10:00:00." + "1" * 40 + "Z"
    most = 2**31 - 1
    if version == "1.6":
        start = {"connectorId": 1, "idTag": text, "meterStart": most, "timestamp": at}
        stop = {"transactionId": -most, "meterStop": -most, "timestamp": at, "reason": text, "idTag": text}
        return [
            ("StartTransaction", start),
            ("StopTransaction", stop),
            ("StatusNotification", {"connectorId": most, "errorCode": text, "status": "Faulted"}),
            ("BootNotification", {"chargePointVendor": text, "chargePointModel": text}),
            ("Authorize", {"idTag": text}),
        ]
    token = {"idToken": text, "type": "ISO14443"}
    event = {
        "eventType": "Started",
        "timestamp": at,
        "triggerReason": text,
        "seqNo": most,
        "transactionInfo": {"transactionId": text, "stoppedReason": text},
        "evse": {"id": 1},
        "idToken": token,
    }
    station = {"vendorName": text, "model": text, "firmwareVersion": text}
    return [
        ("TransactionEvent", event),
        ("TransactionEvent", event | {"eventType": "Ended"}),
        ("ReservationStatusUpdate", {"reservationId": most, "reservationUpdateStatus": "Removed"}),
        ("BootNotification", {"reason": text, "chargingStation": station}),
        ("Authorize", {"idToken": token}),
    ]


@every_version
async def test_odd_texts_and_numbers_can_be_stored(version: str, make_charger: MakeCharger) -> None:
    charger = await make_charger(version=version)
    for text in ODD:
        for action, payload in calls_with(version, text):
            assert isinstance(await charger.call(action, payload), dict), (action, text)


@every_version
async def test_a_name_that_cannot_be_stored_is_refused_and_any_other_text_is_cleaned(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    told = (
        "BootNotification",
        "StatusNotification",
        "ReservationStatusUpdate",
        "StartTransaction",
        "StopTransaction",
    )
    for action, payload in calls_with(version, "a\x00b"):
        if action in told:
            assert isinstance(await charger.call(action, payload), dict), action
            continue
        with pytest.raises(CallRefusedError) as refusal:
            await charger.call(action, payload)
        assert refusal.value.error_code == "PropertyConstraintViolation"
    assert {(session.id_tag, session.authorised) for session in await records.sessions()} <= {("", False)}
    assert (await records.charger()).vendor == "ab"


@every_version
async def test_a_message_id_that_cannot_be_stored_is_unreadable(
    version: str, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    _, payload = next(call for call in calls_with(version, "PowerUp") if call[0] == "BootNotification")
    await charger.send_raw(json.dumps([2, "a\x00b", "BootNotification", payload]))
    await charger.wait_for(lambda c: any(m.kind == "error" for m in c.log))
    (error,) = [message for message in charger.log if message.kind == "error"]
    assert error.message_id == "-1"


def test_nul_characters_in_replies_are_left_out() -> None:
    answer = {"configurationKey": [{"key": "Serial", "readonly": True, "value": "A1\x00\x00"}]}
    reply = VERSIONS["1.6"].read_reply(GetConfiguration(keys=("Serial",)), json.dumps(answer).encode())
    assert reply.values == {"Serial": "A1"}
    error = read_frame(b'[4,"id","Generic\\u0000Error","why\\u0000",{}]')
    assert error == CallError("id", "GenericError", "why")


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_station_whose_sequence_numbers_stand_still_loses_no_end(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    event = {
        "timestamp": datetime.now(UTC).isoformat(),
        "triggerReason": "Authorized",
        "seqNo": 0,
        "transactionInfo": {"transactionId": "tx-1"},
        "evse": {"id": 1},
        "idToken": {"idToken": ALICE, "type": "ISO14443"},
    }
    for kind in ("Started", "Updated", "Ended"):
        await charger.call("TransactionEvent", event | {"eventType": kind})
    (session,) = await records.sessions()
    assert session.ended_at is not None
