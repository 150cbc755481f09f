"""What the vendors' chargers say where the textbook's would say it; without clock and sockets."""

from copy import deepcopy
from typing import Any

import pytest

from simulator.vendors import VENDORS, Memory, UnknownVendorError, Vendor, Version, WrongVersionError, vendor
from simulator.vendors.vendor import EVERY_VERSION

T0, T1, T2 = (f"2026-11-28T10:0{minute}:00.000Z" for minute in range(3))
profiles = pytest.mark.parametrize(
    ("one", "version"),
    [pytest.param(one, v, id=f"{one.name}-{v}") for one in VENDORS.values() for v in one.versions],
)
Calls = list[tuple[str, dict[str, Any]]]


def visit(version: Version) -> Calls:
    """Boot, status, card, start, readings, stop, as a charger of the textbook says it."""
    if version == "1.6":
        sample = {"value": "1500", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        meter = {
            "connectorId": 1,
            "transactionId": 7,
            "meterValue": [{"timestamp": T1, "sampledValue": [sample]}],
        }
        status = {"connectorId": 1, "errorCode": "NoError", "timestamp": T0}
        return [
            ("BootNotification", {"chargePointVendor": "A", "chargePointModel": "B", "chargePointSerialNumber": "1"}),
            ("StatusNotification", status | {"status": "Available"}),
            ("Heartbeat", {}),
            ("Authorize", {"idTag": "CARD"}),
            ("StartTransaction", {"connectorId": 1, "idTag": "CARD", "meterStart": 1000, "timestamp": T0}),
            ("StatusNotification", status | {"status": "Charging"}),
            ("MeterValues", meter),
            ("MeterValues", meter),
            ("StopTransaction", {"transactionId": 7, "meterStop": 2000, "timestamp": T2, "idTag": "CARD"}),
            ("StatusNotification", status | {"status": "Available"}),
        ]  # fmt: skip
    station = {"vendorName": "A", "model": "B", "serialNumber": "1"}
    token = {"idToken": "CARD", "type": "ISO14443"}
    status = {"timestamp": T0, "evseId": 1, "connectorId": 1}
    return [
        ("BootNotification", {"reason": "PowerUp", "chargingStation": station}),
        ("StatusNotification", status | {"connectorStatus": "Available"}),
        ("Heartbeat", {}),
        ("Authorize", {"idToken": token}),
        ("TransactionEvent", event("Started", 0, T0, 1000) | {"idToken": token}),
        ("StatusNotification", status | {"connectorStatus": "Occupied"}),
        ("TransactionEvent", event("Updated", 1, T1, 1500)),
        ("TransactionEvent", event("Updated", 2, T1, 1500)),
        ("TransactionEvent", event("Ended", 3, T2, 2000) | {"idToken": token}),
        ("StatusNotification", status | {"connectorStatus": "Available"}),
    ]


def event(kind: str, seq_no: int, at: str, wh: float, **over: Any) -> dict[str, Any]:
    context = {"Started": "Transaction.Begin", "Ended": "Transaction.End"}.get(kind, "Sample.Periodic")
    sample = {"value": wh, "context": context, "measurand": "Energy.Active.Import.Register"}
    return {
        "eventType": kind,
        "timestamp": at,
        "triggerReason": "Trigger",
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": "u-1", "chargingState": "Charging"},
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": [{"timestamp": at, "sampledValue": [sample]}],
    } | over


def said(one: Vendor, version: Version, calls: Calls, state: Memory | None = None) -> Calls:
    state = state or Memory(connectors=2)
    return [part for action, payload in calls for part in one.says(version, action, payload, state)]


@profiles
def test_what_was_meant_is_left_as_it_was(one: Vendor, version: Version) -> None:
    calls = visit(version)
    before = deepcopy(calls)
    said(one, version, calls)
    assert calls == before


@profiles
def test_two_chargers_of_a_vendor_share_nothing(one: Vendor, version: Version) -> None:
    assert said(one, version, visit(version)) == said(one, version, visit(version))


@profiles
def test_what_shows_always_shows_in_an_ordinary_visit(one: Vendor, version: Version) -> None:
    plain = Vendor(name=one.name, shows="nothing", source="")
    differs = said(one, version, visit(version)) != said(plain, version, visit(version))
    assert differs is (one.occasion == "always" and bool(one.habits)) or one.name == "same-numbers-again"


@profiles
def test_its_events_are_numbered_without_gaps(one: Vendor, version: Version) -> None:
    numbers = [
        payload["seqNo"] for _action, payload in said(one, version, visit(version)) if "seqNo" in payload
    ]
    assert numbers == [*range(len(numbers))]


def test_there_are_a_dozen_and_each_has_a_name_that_fits_into_a_boot() -> None:
    assert len(VENDORS) >= 12
    assert all(len(name) <= 20 and one.shows and one.source for name, one in VENDORS.items())
    assert {version for one in VENDORS.values() for version in one.versions} == {*EVERY_VERSION}


def test_a_name_or_a_version_that_is_not_there_is_said_so() -> None:
    with pytest.raises(UnknownVendorError):
        vendor("nobody")
    with pytest.raises(WrongVersionError):
        vendor("decimal-meter").says("2.1", "Heartbeat", {}, Memory())


def test_a_clock_is_of_1970_until_the_first_heartbeat_after_a_boot() -> None:
    calls = said(vendor("clock-of-1970"), "1.6", [visit("1.6")[1], *visit("1.6")[4:5], *visit("1.6")[2:5]])
    times = [payload["timestamp"] for _action, payload in calls if "timestamp" in payload]
    assert times == ["1970-01-01T00:00:00.000Z"] * 2 + [T0]


def test_a_queue_is_told_from_its_end() -> None:
    queued = [
        ("TransactionEvent", event(kind, number, T0, 1000, offline=True))
        for number, kind in enumerate(("Started", "Updated", "Ended"))
    ]
    calls = said(vendor("backward-queue"), "2.0.1", queued)
    assert [payload["eventType"] for _action, payload in calls] == ["Ended", "Updated", "Started"]


def test_what_was_queued_of_a_transaction_that_goes_on_is_told_before_the_next_event() -> None:
    queued = [("TransactionEvent", event("Started", 0, T0, 1000, offline=True))]
    calls = said(
        vendor("backward-queue"), "2.0.1", [*queued, ("TransactionEvent", event("Updated", 1, T1, 1500))]
    )
    assert [payload["eventType"] for _action, payload in calls] == ["Started", "Updated"]


def test_the_last_message_is_told_again_once_the_connection_was_lost() -> None:
    state, calls = Memory(), visit("1.6")
    said(vendor("tells-twice"), "1.6", calls[:7], state)
    state.connection_lost()
    again = said(vendor("tells-twice"), "1.6", calls[8:], state)
    assert [action for action, _payload in again] == ["MeterValues", "StopTransaction", "StatusNotification"]


def test_names_begin_anew_with_each_boot() -> None:
    state, one, boot = Memory(), vendor("same-numbers-again"), visit("2.1")[:1]
    first = event("Started", 0, T0, 1000)
    second = event("Started", 0, T2, 3000, transactionInfo={"transactionId": "u-2"})
    calls = [*boot, ("TransactionEvent", first), *boot, ("TransactionEvent", second)]
    names = [
        p["transactionInfo"]["transactionId"] for _a, p in said(one, "2.1", calls, state) if "seqNo" in p
    ]
    assert names == ["1", "1"]


def test_siblings_are_unavailable_while_a_plug_is_in_use() -> None:
    statuses = [
        (payload["connectorId"], payload["status"])
        for action, payload in said(vendor("one-car-cabinet"), "1.6", visit("1.6"))
        if action == "StatusNotification"
    ]
    assert statuses == [
        (1, "Available"),
        (1, "Charging"),
        (2, "Unavailable"),
        (1, "Available"),
        (2, "Available"),
    ]
