"""What chargers send, in all versions, against the official schemas: valid is accepted, broken is named by kind."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ocpp  # type: ignore[import-untyped]  # ships no types
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocpp_gateway.wire.problems import MessageProblem, OcppProblem
from tests.ocpp_gateway.wire.official import VERSIONS, broken, full, is_valid, payloads, root

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STEADY = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=8,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
SERVED = {
    "1.6": [
        "Authorize",
        "BootNotification",
        "DataTransfer",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "LogStatusNotification",
        "MeterValues",
        "SecurityEventNotification",
        "SignCertificate",
        "SignedFirmwareStatusNotification",
        "StartTransaction",
        "StatusNotification",
        "StopTransaction",
    ],
    "2.0.1": [
        "Authorize",
        "BootNotification",
        "ClearedChargingLimit",
        "DataTransfer",
        "FirmwareStatusNotification",
        "Heartbeat",
        "LogStatusNotification",
        "MeterValues",
        "NotifyChargingLimit",
        "NotifyCustomerInformation",
        "NotifyDisplayMessages",
        "NotifyEvent",
        "NotifyMonitoringReport",
        "NotifyReport",
        "PublishFirmwareStatusNotification",
        "ReportChargingProfiles",
        "ReservationStatusUpdate",
        "SecurityEventNotification",
        "SignCertificate",
        "StatusNotification",
        "TransactionEvent",
    ],
}
SERVED["2.1"] = [
    *SERVED["2.0.1"],
    "BatterySwap",
    "NotifyDERAlarm",
    "NotifyDERStartStop",
    "NotifyPriorityCharging",
    "NotifySettlement",
    "NotifyWebPaymentStarted",
    "ReportDERControl",
]
CASES = [(version, action) for version, actions in SERVED.items() for action in actions]
served = pytest.mark.parametrize(("version", "action"), CASES)


def all_actions(version: str) -> list[str]:
    folder = Path(ocpp.__file__).parent / f"v{version.replace('.', '')}" / "schemas"
    suffix = "" if version == "1.6" else "Request"
    names = (path.stem for path in folder.glob(f"*{suffix}.json"))
    return sorted(name.removesuffix(suffix) for name in names if not name.endswith("Response"))


def problem_of(version: str, action: str, payload: Any) -> MessageProblem | None:
    try:
        VERSIONS[version].read_call(action, json.dumps(payload, ensure_ascii=False).encode(), NOW)
    except OcppProblem as problem:
        return problem.problem
    return None


@served
@STEADY
@given(data=st.data())
def test_what_is_valid_is_accepted(version: str, action: str, data: st.DataObject) -> None:
    payload = data.draw(payloads(root(version, action)))
    assert is_valid(version, action, payload)
    assert problem_of(version, action, payload) is None


@served
def test_every_way_of_breaking_a_full_message_is_named_by_kind(version: str, action: str) -> None:
    node = root(version, action)
    whole = full(node)
    assert problem_of(version, action, whole) is None
    cases = list(broken(node, whole))
    found = {case.how: problem_of(version, action, case.payload) for case in cases}
    assert found == {case.how: case.problem for case in cases}


@pytest.mark.parametrize("version", list(VERSIONS))
def test_the_other_actions_of_a_version_are_not_ours_and_made_up_ones_unknown(version: str) -> None:
    for action in set(all_actions(version)) - set(SERVED[version]):
        assert problem_of(version, action, full(root(version, action))) is MessageProblem.NOT_OURS, action
    for action in ("Fly", "", "../v16/schemas/Reset", "BootNotificationResponse", "Résumé", "x" * 5000):
        assert problem_of(version, action, {}) is MessageProblem.UNKNOWN_ACTION, action


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("version", list(VERSIONS))
@settings(STEADY, max_examples=150)
@given(data=st.data())
def test_whatever_comes_is_a_report_or_a_problem(version: str, data: st.DataObject) -> None:
    action = data.draw(st.sampled_from(SERVED[version]))
    node = root(version, action)
    members = st.dictionaries(st.sampled_from(sorted(node.own["properties"]) or ["x"]), documents)
    raw = data.draw(
        (members | documents).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40)
    )
    with suppress(OcppProblem):
        assert VERSIONS[version].read_call(action, raw, NOW) is not None


HOSTILE = {
    "not JSON": (b"{", MessageProblem.MALFORMED),
    "not UTF-8": (b'{"x":"\xff"}', MessageProblem.MALFORMED),
    "NaN": (b'{"x":NaN}', MessageProblem.MALFORMED),
    "a lone surrogate": (b'{"%s":"\\ud800"}', MessageProblem.MALFORMED),
    "a NUL": (b'{"%s":"a\\u0000b"}', MessageProblem.WRONG_VALUE),
    "a number beyond any": (b'{"%s":1e999}', MessageProblem.WRONG_VALUE),
    "size": (b'{"pad":"' + b"x" * 200_000 + b'"}', MessageProblem.MALFORMED),
    "depth": (b'{"%s":' + b"[" * 100_000 + b"]" * 100_000 + b"}", MessageProblem.MALFORMED),
}


@pytest.mark.parametrize("how", list(HOSTILE))
@pytest.mark.parametrize(
    ("version", "action", "field"),
    [
        ("1.6", "StatusNotification", "status"),
        ("1.6", "BootNotification", "chargePointVendor"),
        ("2.0.1", "TransactionEvent", "eventType"),
        ("2.1", "ReservationStatusUpdate", "reservationUpdateStatus"),
    ],
)
def test_hostile_payloads_are_named(how: str, version: str, action: str, field: str) -> None:
    raw, problem = HOSTILE[how]
    with pytest.raises(OcppProblem) as told:
        VERSIONS[version].read_call(action, raw.replace(b"%s", field.encode()), NOW)
    assert told.value.problem is problem


CODES = {
    # OCPP-J 1.6 §4.2.3; OCPP-J 2.0.1 and 2.1 §4.3
    "1.6": {
        "NotImplemented",
        "NotSupported",
        "InternalError",
        "ProtocolError",
        "SecurityError",
        "FormationViolation",
        "PropertyConstraintViolation",
        "OccurenceConstraintViolation",
        "TypeConstraintViolation",
        "GenericError",
    },
    "2.x": {
        "FormatViolation",
        "GenericError",
        "InternalError",
        "MessageTypeNotSupported",
        "NotImplemented",
        "NotSupported",
        "OccurrenceConstraintViolation",
        "PropertyConstraintViolation",
        "ProtocolError",
        "RpcFrameworkError",
        "SecurityError",
        "TypeConstraintViolation",
    },
}


@pytest.mark.parametrize("version", list(VERSIONS))
def test_every_problem_has_one_of_the_codes_of_its_version(version: str) -> None:
    codes = {VERSIONS[version].error_code(problem) for problem in MessageProblem}
    assert codes <= CODES["1.6" if version == "1.6" else "2.x"]
