"""What messages come to in the domain's words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from domain.charging.connector import ConnectorStatus
from domain.charging.events import HoldLoss
from ocpp_gateway.wire.energy_register import Sample, register_wh
from ocpp_gateway.wire.problems import OcppProblem, Problem
from ocpp_gateway.wire.reports import (
    Booted,
    HoldRemoved,
    MeterReported,
    Phase,
    Report,
    StatusesReported,
    StatusReported,
    TokenPresented,
    TransactionReported,
    UploadKind,
    UploadReported,
)
from ocpp_gateway.wire.timestamps import read_time
from tests.ocpp_gateway.wire.official import VERSIONS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = "2026-11-22T11:00:00Z"
both_2x = pytest.mark.parametrize("version", ["2.0.1", "2.1"])


def read(version: str, action: str, payload: dict[str, Any]) -> Report:
    return VERSIONS[version].read_call(action, msgspec.json.encode(payload), NOW)


def event(version: str, kind: str, **over: Any) -> TransactionReported:
    payload = {
        "eventType": kind,
        "timestamp": AT,
        "triggerReason": "CablePluggedIn",
        "seqNo": 0,
        "transactionInfo": {"transactionId": "tx-1"},
        "evse": {"id": 1},
    }
    told = read(version, "TransactionEvent", payload | over)
    assert isinstance(told, TransactionReported)
    return told


def token(value: str, kind: str = "ISO14443") -> dict[str, str]:
    return {"idToken": value, "type": kind}


# -- transactions -----------------------------------------------------------------------------------------
@both_2x
@pytest.mark.parametrize("kind", ["Started", "Updated", "Ended"])
def test_a_transaction_message_without_a_token_authorises_nobody(version: str, kind: str) -> None:
    """TxStartPoint EVConnected or ParkingBayOccupancy: anybody's plug begins a transaction."""
    assert event(version, kind).id_tag is None
    assert event(version, kind, idToken=token("", "NoAuthorization")).id_tag is None
    assert event(version, kind, idToken=token("BUTTON", "NoAuthorization")).id_tag is None
    assert event(version, kind, idToken=token("  ")).id_tag is None


@both_2x
@pytest.mark.parametrize("kind", ["Started", "Updated", "Ended"])
def test_a_token_may_come_with_any_message_of_a_transaction(version: str, kind: str) -> None:
    told = event(version, kind, idToken=token("a11ce001"), seqNo=4)
    assert (told.id_tag, told.phase, told.identity) == ("A11CE001", Phase(kind.lower()), f"tx:tx-1:{kind}:4")


@both_2x
def test_the_reservation_id_of_a_charger_is_read_by_nobody(version: str) -> None:
    assert event(version, "Started", reservationId=7) == event(version, "Started", reservationId=8)


@both_2x
def test_offline_and_the_place_are_told(version: str) -> None:
    assert event(version, "Started", offline=True).offline
    assert not event(version, "Started").offline
    assert event(version, "Updated", evse=None).connector_number is None


@both_2x
def test_the_end_says_whether_the_cable_is_still_in(version: str) -> None:
    info = {"transactionId": "tx-1", "chargingState": "EVConnected", "stoppedReason": "SOCLimitReached"}
    told = event(version, "Ended", transactionInfo=info)
    assert (told.status, told.stop_reason) == (ConnectorStatus.FINISHING, "SOCLimitReached")
    assert event(version, "Ended").stop_reason == "Local"


def test_a_2_1_reason_is_a_reason() -> None:
    info = {"transactionId": "tx-1", "stoppedReason": "ReqEnergyTransferRejected"}
    assert event("2.1", "Ended", transactionInfo=info).stop_reason == "ReqEnergyTransferRejected"


def test_a_2_1_token_may_be_long_and_of_any_type() -> None:
    told = event("2.1", "Started", idToken=token("x" * 255, "DirectPayment"))
    assert told.id_tag == "X" * 255
    with pytest.raises(OcppProblem) as long:
        event("2.0.1", "Started", idToken=token("x" * 37))
    with pytest.raises(OcppProblem) as typed:
        event("2.0.1", "Started", idToken=token("x", "DirectPayment"))
    assert long.value.problem is typed.value.problem is Problem.WRONG_VALUE


START = {"connectorId": 1, "idTag": "a11ce001", "meterStart": 100, "timestamp": AT}


def test_a_1_6_start_is_recognised_when_it_comes_again() -> None:
    first, again = read("1.6", "StartTransaction", START), read("1.6", "StartTransaction", START)
    other = read("1.6", "StartTransaction", START | {"meterStart": 101})
    assert first == again
    assert isinstance(first, TransactionReported)
    assert isinstance(other, TransactionReported)
    assert first.identity != other.identity


@pytest.mark.parametrize("tag", ["", "   "])
@pytest.mark.parametrize(("action", "payload"), [("StartTransaction", START), ("Authorize", {})])
def test_a_blank_1_6_tag_is_refused(tag: str, action: str, payload: dict[str, Any]) -> None:
    with pytest.raises(OcppProblem) as told:
        read("1.6", action, payload | {"idTag": tag})
    assert told.value.problem is Problem.WRONG_VALUE


def test_a_1_6_stop_with_a_vendors_reason_and_a_blank_tag_still_stops() -> None:
    stop = {"transactionId": 5, "meterStop": 9, "timestamp": AT, "reason": "CarFull", "idTag": ""}
    told = read("1.6", "StopTransaction", stop)
    assert isinstance(told, TransactionReported)
    assert (told.transaction_id, told.id_tag, told.stop_reason) == ("5", None, "CarFull")


# -- reservations -----------------------------------------------------------------------------------------
def update(version: str, why: str) -> Report:
    return read(version, "ReservationStatusUpdate", {"reservationId": 7, "reservationUpdateStatus": why})


def test_no_transaction_is_a_word_of_2_1_only() -> None:
    assert update("2.1", "NoTransaction") == HoldRemoved(hold_id=7, why=HoldLoss.NO_TRANSACTION)
    for version in ("2.0.1", "2.1"):
        assert update(version, "Expired") == HoldRemoved(hold_id=7, why=HoldLoss.EXPIRED)
        assert update(version, "Removed") == HoldRemoved(hold_id=7, why=HoldLoss.REMOVED)
    with pytest.raises(OcppProblem):
        update("2.0.1", "NoTransaction")


# -- statuses and boots -----------------------------------------------------------------------------------
def test_statuses() -> None:
    old = {"connectorId": 1, "errorCode": "VendorTrouble", "status": "Faulted", "timestamp": None}
    assert read("1.6", "StatusNotification", old) == StatusReported(
        connector_number=1, status=ConnectorStatus.FAULTED, at=NOW, error_code="VendorTrouble"
    )
    new = {"timestamp": AT, "connectorStatus": "Occupied", "evseId": 2, "connectorId": 1}
    for version in ("2.0.1", "2.1"):
        assert read(version, "StatusNotification", new) == StatusReported(
            connector_number=2,
            status=ConnectorStatus.OCCUPIED,
            at=NOW - timedelta(hours=1),
            merely_occupied=True,
        )


@both_2x
def test_availability_comes_by_notify_event_too(version: str) -> None:
    def entry(name: str, value: str, **component: Any) -> dict[str, Any]:
        return {
            "eventId": 1,
            "timestamp": AT,
            "trigger": "Delta",
            "actualValue": value,
            "eventNotificationType": "HardWiredNotification",
            "component": {"name": "Connector", **component},
            "variable": {"name": name},
        }

    data = [
        entry("AvailabilityState", "Faulted", evse={"id": 2, "connectorId": 1}),
        entry("AvailabilityState", "Sleeping", evse={"id": 1}),
        entry("Temperature", "Faulted", evse={"id": 1}),
        entry("AvailabilityState", "Unavailable"),
    ]
    told = read(version, "NotifyEvent", {"generatedAt": AT, "seqNo": 0, "eventData": data})
    assert isinstance(told, StatusesReported)
    assert [(s.connector_number, s.status.value) for s in told.statuses] == [
        (2, "faulted"),
        (0, "unavailable"),
    ]


def test_boots() -> None:
    old = {"chargePointVendor": "Acme", "chargePointModel": "One"}
    assert read("1.6", "BootNotification", old) == Booted(vendor="Acme", model="One")
    station = {"vendorName": "Acme", "model": "Two", "firmwareVersion": "1.2"}
    new = {"reason": "PowerUp", "chargingStation": station}
    for version in ("2.0.1", "2.1"):
        assert read(version, "BootNotification", new) == Booted(
            vendor="Acme", model="Two", firmware="1.2", reason="PowerUp"
        )


@both_2x
def test_a_token_at_a_reader(version: str) -> None:
    told = read(version, "Authorize", {"idToken": token(" vid:00aa ", "MacAddress")})
    assert told == TokenPresented(id_tag="VID:00AA")


# -- energy -----------------------------------------------------------------------------------------------
def sampled(**over: Any) -> dict[str, Any]:
    return {"timestamp": AT, "sampledValue": [over]}


@pytest.mark.parametrize(
    ("sample", "wh"),
    [
        ({"value": "12.5", "unit": "kWh"}, 12_500),
        ({"value": "12"}, 12),
        ({"value": "12", "format": "SignedData"}, None),
        ({"value": "12", "phase": "L1"}, None),
        ({"value": "12", "measurand": "Vendor.Register"}, None),
        ({"value": "much"}, None),
        ({"value": "nan"}, None),
        ({"value": "1e300"}, None),
        ({"value": "-5"}, None),
    ],
)
def test_1_6_meter_values(sample: dict[str, Any], wh: int | None) -> None:
    told = read("1.6", "MeterValues", {"connectorId": 1, "meterValue": [sampled(**sample)]})
    assert told == MeterReported(
        connector_number=1, transaction_id=None, meter_wh=wh, at=NOW - timedelta(hours=1)
    )


@both_2x
@pytest.mark.parametrize(
    ("sample", "wh"),
    [
        ({"value": 12.5, "unitOfMeasure": {"unit": "kWh"}}, 12_500),
        ({"value": 12, "unitOfMeasure": {"multiplier": 3}}, 12_000),
        ({"value": 12}, 12),
        ({"value": 12, "unitOfMeasure": {"multiplier": 300}}, None),
        ({"value": 1.7e308, "unitOfMeasure": {"multiplier": 9}}, None),
        ({"value": 12, "measurand": "SoC"}, None),
    ],
)
def test_2_x_meter_values_alone_and_in_transactions(
    version: str, sample: dict[str, Any], wh: int | None
) -> None:
    alone = read(version, "MeterValues", {"evseId": 1, "meterValue": [sampled(**sample)]})
    assert isinstance(alone, MeterReported)
    assert alone.meter_wh == wh
    assert event(version, "Updated", meterValue=[sampled(**sample)]).meter_wh == wh


def test_the_register_at_the_outlet_comes_first() -> None:
    def at(place: str | None, value: float) -> Sample:
        return Sample(value, "Wh", None, location=place)

    assert register_wh([at("Outlet", 5), at("Upstream", 900)]) == 5
    assert register_wh([at(None, 5), at("Inlet", 900)]) == 5
    assert register_wh([at("Inlet", 900)]) == 900


# -- reports for the operator -----------------------------------------------------------------------------
def test_uploads() -> None:
    log, firmware = UploadKind.LOG, UploadKind.FIRMWARE
    for version, action, payload, expected in (
        ("1.6", "DiagnosticsStatusNotification", {"status": "Uploaded"}, (log, "Uploaded", None)),
        ("1.6", "FirmwareStatusNotification", {"status": "Installed"}, (firmware, "Installed", None)),
        ("1.6", "LogStatusNotification", {"status": "Idle", "requestId": 3}, (log, "Idle", 3)),
        ("2.0.1", "LogStatusNotification", {"status": "Uploading", "requestId": 3}, (log, "Uploading", 3)),
        ("2.1", "FirmwareStatusNotification", {"status": "Installing"}, (firmware, "Installing", None)),
    ):
        kind, status, number = expected
        assert read(version, action, payload) == UploadReported(kind=kind, status=status, request_id=number)


# -- times ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    ["2026-11-22T11:00:00.1234567Z", "2026-11-22t11:00:00z", "2026-11-22 11:00:00", "2026-11-22T10:59:60Z"],
)
def test_times_that_rfc_3339_allows_are_read(text: str) -> None:
    assert abs(read_time(text, NOW) - (NOW - timedelta(hours=1))) <= timedelta(seconds=1)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01T00:00:00Z", "2026-11-22T11:00:00." + "1" * 100 + "Z"]
)
def test_what_is_no_time_or_endless_is_refused(text: str) -> None:
    with pytest.raises(OcppProblem) as told:
        read_time(text, NOW)
    assert told.value.problem is Problem.WRONG_VALUE


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-11-22T11:00:00+23:59"]
)
def test_times_beyond_the_calendar_do_not_count(text: str) -> None:
    moment = read_time(text, NOW)
    assert NOW - timedelta(days=31) <= moment <= NOW + timedelta(minutes=5)
