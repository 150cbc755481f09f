"""What messages come to in the domain's words."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from domain.charging.connector import ConnectorStatus
from domain.charging.events import HoldLoss
from domain.charging.readings import Context, Told
from ocpp_gateway.wire.energy_register import MOST_READINGS, Sample, readings_of, shown_wh
from ocpp_gateway.wire.problems import MessageProblem, OcppProblem
from ocpp_gateway.wire.reports import (
    Booted,
    HoldRemoved,
    MeterReported,
    Report,
    StatusesReported,
    StatusReported,
    TokenPresented,
    TransactionReported,
    UploadKind,
    UploadReported,
)
from ocpp_gateway.wire.timestamps import read_time
from tests.ocpp_gateway.wire.reading import AT, NOW, both_2x, event, read, token


def update(version: str, why: str) -> Report:
    return read(version, "ReservationStatusUpdate", {"reservationId": 7, "reservationUpdateStatus": why})


def test_no_transaction_is_a_word_of_2_1_only() -> None:
    assert update("2.1", "NoTransaction") == HoldRemoved(hold_id=7, why=HoldLoss.NO_TRANSACTION)
    for version in ("2.0.1", "2.1"):
        assert update(version, "Expired") == HoldRemoved(hold_id=7, why=HoldLoss.EXPIRED)
        assert update(version, "Removed") == HoldRemoved(hold_id=7, why=HoldLoss.REMOVED)
    with pytest.raises(OcppProblem):
        update("2.0.1", "NoTransaction")


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
            plug=1,
        )


@both_2x
def test_availability_comes_by_notify_event_too(version: str) -> None:
    def entry(variable: str, value: str, **component: Any) -> dict[str, Any]:
        return {
            "eventId": 1,
            "timestamp": AT,
            "trigger": "Delta",
            "actualValue": value,
            "eventNotificationType": "HardWiredNotification",
            "component": {"name": "Connector", **component},
            "variable": {"name": variable},
        }

    data = [
        entry("AvailabilityState", "Faulted", evse={"id": 2, "connectorId": 1}),
        entry("AvailabilityState", "Sleeping", evse={"id": 1}),
        entry("Temperature", "Faulted", evse={"id": 1}),
        entry("AvailabilityState", "Unavailable", name="ChargingStation"),
        entry("AvailabilityState", "Faulted"),
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


def sampled(**over: Any) -> dict[str, Any]:
    return {"timestamp": AT, "sampledValue": [over]}


@pytest.mark.parametrize(
    ("sample", "wh"),
    [
        ({"value": "12.5", "unit": "kWh"}, 12_500),
        ({"value": "12"}, 12),
        ({"value": "12", "format": "SignedData"}, None),
        ({"value": "12", "phase": "L1"}, 12),
        ({"value": "12", "measurand": "Vendor.Register"}, None),
        ({"value": "much"}, None),
        ({"value": "nan"}, None),
        ({"value": "1e300"}, None),
        ({"value": "-5"}, None),
    ],
)
def test_1_6_meter_values(sample: dict[str, Any], wh: int | None) -> None:
    told = read("1.6", "MeterValues", {"connectorId": 1, "meterValue": [sampled(**sample)]})
    assert isinstance(told, MeterReported)
    assert replace(told, readings=()) == MeterReported(
        connector_number=1, transaction_id=None, meter_wh=wh, at=NOW - timedelta(hours=1)
    )
    assert [reading.wh for reading in told.readings if reading.wh >= 0] == ([] if wh is None else [wh])


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

    def shown(*samples: Sample) -> int | None:
        return shown_wh(readings_of(samples, Told.TRANSACTION, NOW))

    assert shown(at("Outlet", 5), at("Upstream", 900)) == 5
    assert shown(at(None, 5), at("Inlet", 900)) == 5
    assert shown(at("Inlet", 900)) == 900


CONTEXTS = [("Transaction.Begin", 7_000), ("Sample.Periodic", 7_200), ("Transaction.End", 7_300)]


def test_a_1_6_stop_brings_the_readings_of_its_transaction_with_their_contexts() -> None:
    data = [sampled(value=str(wh), context=context, unit="Wh") for context, wh in CONTEXTS]
    data.append({"timestamp": "yesterday", "sampledValue": [{"value": "-4"}]})
    stop = {"transactionId": 5, "meterStop": 300, "timestamp": AT, "transactionData": data}
    told = read("1.6", "StopTransaction", stop)
    assert isinstance(told, TransactionReported)
    assert [(one.context, one.wh, one.told) for one in told.readings] == [
        (Context.BEGIN, 7_000, Told.TRANSACTION),
        (Context.SAMPLE, 7_200, Told.TRANSACTION),
        (Context.END, 7_300, Told.TRANSACTION),
        (Context.SAMPLE, -4, Told.TRANSACTION),
        (Context.END, 300, Told.STOP),
    ]
    assert {one.at for one in told.readings} == {NOW - timedelta(hours=1)}


@both_2x
def test_a_2_x_event_that_begins_or_ends_a_transaction_tells_its_bounds(version: str) -> None:
    first, last = sampled(value=5), sampled(value=9)
    for kind, contexts in (
        ("Started", [Context.BEGIN, Context.SAMPLE]),
        ("Updated", [Context.SAMPLE, Context.SAMPLE]),
        ("Ended", [Context.SAMPLE, Context.END]),
    ):
        told = event(version, kind, meterValue=[first, last])
        assert [one.context for one in told.readings] == contexts
    named = [sampled(value=wh, context=context) for context, wh in CONTEXTS]
    told = event(version, "Ended", meterValue=named)
    assert [one.context for one in told.readings] == [Context.BEGIN, Context.SAMPLE, Context.END]


@pytest.mark.parametrize("place", ["Inlet", "Body", "Cable", "EV", "Upstream"])
def test_readings_of_other_places_say_so_and_export_and_intervals_are_none(place: str) -> None:
    other = [
        {"value": 4, "measurand": name}
        for name in ("Energy.Active.Export.Register", "Energy.Active.Import.Interval")
    ]
    samples = [{"value": 5, "location": place}, {"value": 6, "location": "Outlet"}, *other]
    told = event("2.1", "Updated", meterValue=[{"timestamp": AT, "sampledValue": samples}])
    assert [(one.wh, one.location, one.claims) for one in told.readings] == [(5, place, False), (6, "", True)]


def test_readings_that_name_only_a_connector_bound_nothing() -> None:
    for version, key in (("1.6", "connectorId"), ("2.0.1", "evseId"), ("2.1", "evseId")):
        value = "5" if version == "1.6" else 5
        values = [sampled(value=value, context="Transaction.End")]
        told = read(version, "MeterValues", {key: 1, "meterValue": values})
        assert isinstance(told, MeterReported)
        assert [(one.context, one.told) for one in told.readings] == [(Context.SAMPLE, Told.CONNECTOR)]


def test_a_message_brings_a_hundred_readings_at_most_and_its_bounds_among_them() -> None:
    many = [sampled(value=n) for n in range(5_000)]
    named = [sampled(value=wh, context=context) for context, wh in CONTEXTS]
    readings = event("2.0.1", "Ended", meterValue=[*many, *named]).readings
    assert len(readings) <= MOST_READINGS
    assert {Context.BEGIN, Context.END} <= {one.context for one in readings}


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
    assert told.value.problem is MessageProblem.WRONG_VALUE


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-11-22T11:00:00+23:59"]
)
def test_times_beyond_the_calendar_do_not_count(text: str) -> None:
    moment = read_time(text, NOW)
    assert NOW - timedelta(days=31) <= moment <= NOW + timedelta(minutes=5)
