"""Of each message only what we need must be right: mutations elsewhere change no report, and mutations of what we need
never make another one."""

import copy
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ocpp_gateway.wire.problems import OcppProblem
from ocpp_gateway.wire.reports import (
    MeterReported,
    Report,
    StatusReported,
    TokenPresented,
    TransactionReported,
)
from tests.ocpp_gateway.wire.official import VERSIONS, full, root
from tests.ocpp_gateway.wire.test_reading import CASES, NOW, STEADY, documents

served = pytest.mark.parametrize(("version", "action"), CASES)

TIME = "2026-11-22T09:59:00Z"
MESSAGES: dict[tuple[str, str], dict[str, Any]] = {
    ("1.6", "Authorize"): {"idTag": "ALICE"},
    ("1.6", "StartTransaction"): {"connectorId": 1, "idTag": "ALICE", "meterStart": 5, "timestamp": TIME},
    ("1.6", "StopTransaction"): {"transactionId": 7, "idTag": "ALICE", "meterStop": 9, "timestamp": TIME},
    ("1.6", "StatusNotification"): {"connectorId": 1, "errorCode": "NoError", "status": "Available"},
    ("1.6", "MeterValues"): {
        "connectorId": 1,
        "transactionId": 7,
        "meterValue": [{"timestamp": TIME, "sampledValue": [{"value": "8"}]}],
    },
    ("2.0.1", "TransactionEvent"): {
        "eventType": "Started",
        "timestamp": TIME,
        "triggerReason": "Authorized",
        "seqNo": 0,
        "transactionInfo": {"transactionId": "T7"},
        "evse": {"id": 1},
        "idToken": {"idToken": "ALICE", "type": "ISO14443"},
    },
    ("2.0.1", "Authorize"): {"idToken": {"idToken": "ALICE", "type": "ISO14443"}},
    ("2.0.1", "StatusNotification"): {
        "timestamp": TIME,
        "connectorStatus": "Available",
        "evseId": 1,
        "connectorId": 1,
    },
}
JSON = documents.filter(lambda value: "Infinity" not in json.dumps(value) and "NaN" not in json.dumps(value))
"""What Python writes for infinity is not JSON."""
TELLING = ("id_tag", "transaction_id", "connector_number", "phase", "status")
"""What state and money hang on."""


def identity(report: Report) -> dict[str, Any]:
    kept = TokenPresented | TransactionReported | StatusReported | MeterReported
    told = structs.asdict(report) if isinstance(report, kept) else {}
    return {name: told[name] for name in TELLING if name in told}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for name, inner in value.items():
            found += places(inner, (*path, name))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            found += places(inner, (*path, n))
    return found


def changed(message: Any, path: tuple[Any, ...], to: Any) -> Any:
    other = copy.deepcopy(message)
    holder = other
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = to
    return other


@pytest.mark.parametrize(("version", "action"), list(MESSAGES))
@STEADY
@given(data=st.data())
def test_a_mutated_message_never_names_somebody_else(version: str, action: str, data: st.DataObject) -> None:
    """Whatever stands in one place: who, where and what are as in the clean message, missing, or as written there."""
    message = MESSAGES[version, action]
    clean, _ = VERSIONS[version].hear_call(action, json.dumps(message).encode(), NOW)
    path = data.draw(st.sampled_from(places(message)))
    odd = data.draw(documents)
    mutated = json.dumps(changed(message, path, odd)).encode()
    with suppress(OcppProblem):
        report, _ = VERSIONS[version].hear_call(action, mutated, NOW)
        before = identity(clean)
        for name, value in identity(report).items():
            written = str(odd).strip().upper()
            assert value in (before.get(name), None) or str(value).upper() in (
                written,
                written.removesuffix(".0"),
            )


@served
@STEADY
@given(data=st.data())
def test_additions_and_odd_trifles_are_read_and_noted(version: str, action: str, data: st.DataObject) -> None:
    whole = full(root(version, action))
    clean, none = VERSIONS[version].hear_call(action, json.dumps(whole).encode(), NOW)
    assert none == ()
    odd = whole | {"customData": data.draw(JSON), "vendorsOwn": data.draw(JSON)}
    report, _ = VERSIONS[version].hear_call(action, json.dumps(odd).encode(), NOW)
    assert identity(report) == identity(clean)


@served
@STEADY
@given(data=st.data())
def test_whatever_comes_is_a_report_or_a_problem(version: str, action: str, data: st.DataObject) -> None:
    whole = full(root(version, action))
    path = data.draw(st.sampled_from(places(whole) or [("x",)]))
    mutated = changed(whole, path, data.draw(documents)) if whole else data.draw(documents)
    with suppress(OcppProblem):
        report, quirks = VERSIONS[version].hear_call(action, json.dumps(mutated).encode(), NOW)
        assert report is not None
        assert all(len(quirk.example) <= 80 and quirk.action == action for quirk in quirks)


@pytest.mark.parametrize(
    ("version", "action", "over", "told"),
    [
        ("1.6", "StatusNotification", {"connectorId": "1"}, {"connector_number": 1}),
        ("1.6", "StatusNotification", {"connectorId": 1.0}, {"connector_number": 1}),
        ("1.6", "StatusNotification", {"status": "suspendedev"}, {"status": "suspended_ev"}),
        ("1.6", "StatusNotification", {"errorCode": None}, {"error_code": ""}),
        ("1.6", "StatusNotification", {"timestamp": "0000-00-00T00:00:00Z"}, {"at": NOW}),
        ("1.6", "StopTransaction", {"meterStop": 4294967295}, {"meter_wh": 4294967295}),
        ("1.6", "StopTransaction", {"meterStop": "much"}, {"meter_wh": None}),
        ("1.6", "StopTransaction", {"transactionId": "7"}, {"transaction_id": "7"}),
        ("1.6", "StartTransaction", {"meterStart": None}, {"meter_wh": None}),
        ("2.0.1", "TransactionEvent", {"offline": "TRUE"}, {"offline": True}),
        ("2.0.1", "TransactionEvent", {"evse": [{"id": 1}]}, {"connector_number": 1}),
        ("2.0.1", "StatusNotification", {"connectorId": None}, {"connector_number": 1}),
        ("2.0.1", "StatusNotification", {"connectorStatus": " occupied"}, {"status": "occupied"}),
        ("2.0.1", "StatusNotification", {"connectorStatus": "Charging"}, {"status": "charging"}),
        ("2.0.1", "StatusNotification", {"connectorStatus": "preparing"}, {"status": "occupied"}),
        (
            "1.6",
            "StatusNotification",
            {"status": "Occupied"},
            {"status": "occupied", "merely_occupied": True},
        ),
        (
            "1.6",
            "StatusNotification",
            {"errorCode": "connectorlockfailure"},
            {"error_code": "ConnectorLockFailure"},
        ),
        ("1.6", "StopTransaction", {"reason": "evdisconnected "}, {"stop_reason": "EVDisconnected"}),
        (
            "2.0.1",
            "TransactionEvent",
            {"eventType": "Ended", "transactionInfo": {"transactionId": "T7", "stoppedReason": "POWERLOSS"}},
            {"stop_reason": "PowerLoss"},
        ),
        (
            "1.6",
            "MeterValues",
            {
                "meterValue": [
                    {
                        "timestamp": TIME,
                        "sampledValue": [{"value": "8", "measurand": "energy.active.import.register"}],
                    }
                ]
            },
            {"meter_wh": 8},
        ),
        ("1.6", "MeterValues", {"transactionId": ""}, {"transaction_id": None}),
        ("1.6", "StopTransaction", {"transactionId": " ", "idTag": None}, {"transaction_id": None}),
        ("1.6", "StopTransaction", {"transactionId": "T-7"}, {"transaction_id": None, "id_tag": "ALICE"}),
        ("1.6", "StopTransaction", {"transactionId": 2**40}, {"transaction_id": None, "id_tag": "ALICE"}),
        ("2.0.1", "TransactionEvent", {"idToken": {}}, {"id_tag": None}),
        ("2.0.1", "TransactionEvent", {"idToken": {"idToken": None, "type": "Central"}}, {"id_tag": None}),
    ],
)
def test_what_it_must_mean_is_read(
    version: str, action: str, over: dict[str, Any], told: dict[str, Any]
) -> None:
    message = json.dumps(MESSAGES[version, action] | over).encode()
    report, quirks = VERSIONS[version].hear_call(action, message, NOW)
    assert {name: getattr(report, name) for name in told} == told
    assert quirks


@pytest.mark.parametrize(
    "over", [{"transactionId": "T-7", "idTag": " "}, {"transactionId": 1.5, "idTag": None}]
)
def test_a_stop_that_names_nothing_readable_is_told_and_not_guessed(over: dict[str, Any]) -> None:
    message = json.dumps(MESSAGES["1.6", "StopTransaction"] | over).encode()
    report, quirks = VERSIONS["1.6"].hear_call("StopTransaction", message, NOW)
    assert (identity(report)["transaction_id"], identity(report)["id_tag"]) == (None, None)
    assert quirks


def test_no_example_shows_a_token() -> None:
    message = MESSAGES["1.6", "StartTransaction"] | {"idTag": "SECRETSECRETSECRET" * 2}
    _, quirks = VERSIONS["1.6"].hear_call("StartTransaction", json.dumps(message).encode(), NOW)
    assert quirks
    assert not any("SECRETSECRET" in quirk.example for quirk in quirks)
