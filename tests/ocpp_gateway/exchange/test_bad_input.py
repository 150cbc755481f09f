"""Whatever a charger sends, it gets the error its specification names, and stays connected; so do the others."""

from typing import Any

import pytest
from sqlalchemy import text

from ocpp_gateway.server import Gateway
from simulator.charge_point import CallRefusedError, VirtualChargePoint
from tests.ocpp_gateway.conftest import ALICE, MakeCharger
from tests.ocpp_gateway.records import Records


async def error_to(charger: VirtualChargePoint, frame: str | bytes) -> tuple[str, str]:
    """(message id, error code) of the CALLERROR that answers a raw frame."""
    since = len(charger.log)
    await charger.send_raw(frame)

    def errors(c: VirtualChargePoint) -> list[Any]:
        return [m for m in c.log[since:] if m.direction == "in" and m.kind == "error"]

    await charger.wait_for(lambda c: bool(errors(c)))
    (answer,) = errors(charger)
    return answer.message_id, answer.payload["code"]


@pytest.mark.parametrize(
    ("frame", "old", "new"),
    [
        ("not json", ("-1", "FormationViolation"), ("-1", "RpcFrameworkError")),
        ("{}", ("-1", "FormationViolation"), ("-1", "RpcFrameworkError")),
        (b"\x00\x01", ("-1", "FormationViolation"), ("-1", "RpcFrameworkError")),
        ('[2,"n","Authorize",{"idTag":"A\\u0000B"}]', ("n", "PropertyConstraintViolation"), None),
        ('[2,[5],"Heartbeat",{}]', ("-1", "FormationViolation"), ("-1", "RpcFrameworkError")),
        ('[2,"a"]', ("a", "FormationViolation"), ("a", "RpcFrameworkError")),
        ('[9,"b",{}]', ("b", "ProtocolError"), ("b", "MessageTypeNotSupported")),
        ('[2,"c","Heartbeat",7]', ("c", "FormationViolation"), ("c", "FormatViolation")),
        ('[2,"d","Nonsense",{}]', ("d", "NotImplemented"), ("d", "NotImplemented")),
        ('[2,"e","../../etc/passwd",{}]', ("e", "NotImplemented"), ("e", "NotImplemented")),
        ('[2,"f","ReserveNow",{}]', ("f", "NotSupported"), ("f", "NotSupported")),
        (
            '[2,"g","Authorize",{}]',
            ("g", "ProtocolError"),
            ("g", "OccurrenceConstraintViolation"),
        ),
        (
            '[2,"h","StatusNotification",{"connectorId":[1],"errorCode":"NoError","status":"Available","evseId":[1],'
            '"connectorStatus":"Available","timestamp":"2026-11-28T10:00:00Z"}]',
            ("h", "TypeConstraintViolation"),
            ("h", "TypeConstraintViolation"),
        ),
    ],
)
async def test_a_broken_frame_gets_the_error_of_its_version(
    frame: str | bytes, old: tuple[str, str], new: tuple[str, str] | None, make_charger: MakeCharger
) -> None:
    first, second = await make_charger("NORTH-1"), await make_charger("NORTH-2", "2.0.1")
    assert await error_to(first, frame) == old
    if new is not None:
        assert await error_to(second, frame) == new
    for charger in (first, second):
        assert "currentTime" in await charger.call("Heartbeat", {})


START = {"connectorId": 1, "idTag": ALICE, "meterStart": 0, "timestamp": "2026-01-01T00:00:00Z"}


STOP = {"transactionId": 4711, "meterStop": 5, "timestamp": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("Authorize", {"idTag": "X" * 256}, "PropertyConstraintViolation"),
        ("Authorize", {"idTag": ["X"]}, "TypeConstraintViolation"),
        ("StartTransaction", START | {"connectorId": 1.5}, "TypeConstraintViolation"),
        ("StartTransaction", START | {"connectorId": "first"}, "TypeConstraintViolation"),
        (
            "StatusNotification",
            {"connectorId": 1, "errorCode": "NoError", "status": "Sleeping"},
            "PropertyConstraintViolation",
        ),
    ],
)
async def test_a_wrong_field_is_named_by_kind_and_changes_nothing(
    action: str, payload: dict[str, Any], code: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    with pytest.raises(CallRefusedError) as refusal:
        await charger.call(action, payload)
    assert refusal.value.error_code == code
    assert await records.sessions() == []


@pytest.mark.parametrize("number", [1.5, "last"])
async def test_a_stop_whose_number_is_none_of_ours_is_answered_and_changes_nothing(
    number: Any, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    assert await charger.call("StopTransaction", STOP | {"transactionId": number}) == {}
    assert await records.sessions() == []


async def test_an_oversize_frame_closes_only_its_own_connection(make_charger: MakeCharger) -> None:
    loud, quiet = await make_charger("NORTH-1", reconnect=False), await make_charger("NORTH-2")
    await loud.send_raw('[2,"x","Heartbeat",{"pad":"' + "x" * (17 * 1024 * 1024) + '"}]')
    await loud.wait_for(lambda c: not c.online)
    assert "currentTime" in await quiet.call("Heartbeat", {})


async def test_unknown_ids_are_answered_and_change_nothing(
    records: Records, make_charger: MakeCharger
) -> None:
    old, new = await make_charger("NORTH-1"), await make_charger("NORTH-2", "2.0.1")
    answer = await old.call("StartTransaction", START | {"connectorId": 77})
    assert answer["idTagInfo"]["status"] == "Invalid"
    stop = {"transactionId": 4711, "meterStop": 5, "timestamp": "2026-01-01T00:00:00Z"}
    assert await old.call("StopTransaction", stop) == {}
    status = {"connectorId": 77, "errorCode": "NoError", "status": "Available"}
    assert await old.call("StatusNotification", status) == {}
    assert await old.call("DataTransfer", {"vendorId": "who"}) == {"status": "UnknownVendorId"}
    meter = {"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": "much"}]}
    assert await old.call("MeterValues", {"connectorId": 77, "meterValue": [meter]}) == {}
    update = {"reservationId": 99, "reservationUpdateStatus": "Expired"}
    assert await new.call("ReservationStatusUpdate", update) == {}
    ended = transaction_event("Ended", evse=None)
    assert await new.call("TransactionEvent", ended) == {}
    assert await records.sessions() == []
    assert len(await records.events("transaction_ended")) == 2


def transaction_event(kind: str, **over: Any) -> dict[str, Any]:
    event = {
        "eventType": kind,
        "timestamp": "2026-11-22T10:00:00",
        "triggerReason": "Trigger",
        "seqNo": 3,
        "transactionInfo": {"transactionId": "tx-1"},
        "evse": {"id": 1, "connectorId": 1},
    }
    return {name: value for name, value in (event | over).items() if value is not None}


async def test_extra_fields_are_tolerated(records: Records, make_charger: MakeCharger) -> None:
    charger = await make_charger()
    boot = {"chargePointVendor": "Acme", "chargePointModel": "One", "colour": "green"}
    assert (await charger.call("BootNotification", boot))["status"] == "Accepted"
    assert (await records.charger()).vendor == "Acme"


async def test_messages_we_have_no_use_for_are_acknowledged(make_charger: MakeCharger) -> None:
    old, new = await make_charger("NORTH-1"), await make_charger("NORTH-2", "2.0.1")
    assert await old.call("FirmwareStatusNotification", {"status": "Installed"}) == {}
    assert await old.call("DiagnosticsStatusNotification", {"status": "Idle"}) == {}
    now = "2026-11-22T10:00:00Z"
    assert await new.call("SecurityEventNotification", {"type": "Reset", "timestamp": now}) == {}
    assert await new.call("NotifyReport", {"requestId": 1, "generatedAt": now, "seqNo": 0}) == {}
    assert await new.call("LogStatusNotification", {"status": "Idle"}) == {}
    assert await new.call("FirmwareStatusNotification", {"status": "Idle"}) == {}


async def test_availability_by_notify_event_counts_as_a_status(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger("NORTH-1", "2.0.1")
    now = "2026-11-22T10:00:00Z"
    entry = {
        "eventId": 1,
        "timestamp": now,
        "trigger": "Delta",
        "actualValue": "Faulted",
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": "Connector", "evse": {"id": 2, "connectorId": 1}},
        "variable": {"name": "AvailabilityState"},
    }
    event = {"generatedAt": now, "seqNo": 0, "eventData": [entry]}
    assert await charger.call("NotifyEvent", event) == {}
    assert await records.status("NORTH-1", 2) == "faulted"


async def test_a_handler_that_fails_answers_internal_error_and_the_connection_lives(
    gateway: Gateway, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    async with records.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE tokens RENAME TO tokens_gone"))
    with pytest.raises(CallRefusedError) as refusal:
        await charger.call("Authorize", {"idTag": ALICE})
    assert refusal.value.error_code == "InternalError"
    async with records.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE tokens_gone RENAME TO tokens"))
    assert (await charger.call("Authorize", {"idTag": ALICE}))["idTagInfo"]["status"] == "Accepted"


@pytest.mark.parametrize(
    "frame", ['[5,"x","FormatViolation","",{}]', '[6,"x","NotifyPeriodicEventStream",{}]']
)
async def test_what_wants_no_answer_gets_none_in_2_1_and_an_error_where_it_is_not_known(
    frame: str, make_charger: MakeCharger
) -> None:
    new, old = await make_charger("NORTH-1", "2.1"), await make_charger("NORTH-2", "2.0.1")
    assert await error_to(old, frame) == ("x", "MessageTypeNotSupported")
    await new.send_raw(frame)
    # Answers come in order: the first one after the frame is the next frame's.
    assert await error_to(new, '[2,"y","Nonsense",{}]') == ("y", "NotImplemented")
