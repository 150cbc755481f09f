"""The frame parser and the readers of both versions: any input yields a frame, a report or a named problem."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.readings import Told
from ocpp_gateway.wire.energy_register import Sample, readings_of, shown_wh
from ocpp_gateway.wire.frames import Call, UnreadableFrame, read_frame
from ocpp_gateway.wire.problems import MessageProblem, OcppProblem
from ocpp_gateway.wire.timestamps import read_time
from ocpp_gateway.wire.v2x.version import ocpp201
from ocpp_gateway.wire.v16.version import ocpp16
from ocpp_gateway.wire.version import Version

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACTIONS = [
    "Authorize",
    "BootNotification",
    "DataTransfer",
    "Heartbeat",
    "MeterValues",
    "NotifyEvent",
    "ReservationStatusUpdate",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
    "TransactionEvent",
]
FIELDS = [
    "connectorId", "idTag", "idToken", "timestamp", "meterStart", "meterStop", "transactionId", "status",
    "errorCode", "meterValue", "sampledValue", "value", "evse", "id", "seqNo", "eventType", "transactionInfo",
    "triggerReason", "reservationId", "reservationUpdateStatus", "eventData", "type",
]  # fmt: skip
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=12,
)


@given(st.text() | json_values.map(json.dumps) | st.lists(json_values, max_size=5).map(json.dumps))
def test_any_text_is_a_frame_or_an_unreadable_one(raw: str) -> None:
    with suppress(UnreadableFrame):
        assert read_frame(raw.encode()).message_id


@pytest.mark.parametrize("raw", ["[" * 50_000, '[2,"a","Authorize",' + "[" * 50_000, "[]", "[2]"])
def test_hostile_frames_are_unreadable(raw: str) -> None:
    with pytest.raises(UnreadableFrame):
        read_frame(raw.encode())


def test_deep_payloads_are_malformed_not_fatal() -> None:
    deep = '[2,"a","BootNotification",{"x":' + "[" * 20_000 + "]" * 20_000 + "}]"
    try:
        frame = read_frame(deep.encode())
    except UnreadableFrame:
        return
    assert isinstance(frame, Call)
    with pytest.raises(OcppProblem):
        ocpp16().read_call(frame.action, frame.payload, NOW)


@pytest.mark.parametrize("version", [ocpp16(), ocpp201()])
@given(
    action=st.sampled_from(ACTIONS) | st.text(max_size=10),
    payload=st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=8),
)
def test_any_payload_is_a_report_or_a_problem_with_a_code(
    version: Version, action: str, payload: dict[str, Any]
) -> None:
    with suppress(OcppProblem):
        assert version.read_call(action, json.dumps(payload).encode(), NOW) is not None


def test_every_problem_has_a_code_in_both_versions() -> None:
    for problem in MessageProblem:
        assert ocpp16().error_code(problem)
        assert ocpp201().error_code(problem)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T11:00:00.008427", NOW - timedelta(hours=1) + timedelta(microseconds=8427)),
        ("2026-11-22T13:00:00+02:00", NOW - timedelta(hours=1)),
        ("2099-01-01T00:00:00Z", NOW),
        ("1970-01-01T00:00:00Z", NOW),
        ("0001-01-01T00:00:00+14:00", NOW),
        (None, NOW),
    ],
)
def test_times_without_a_zone_are_utc_and_absurd_ones_are_now(text: str | None, expected: datetime) -> None:
    assert read_time(text, NOW) == expected


@pytest.mark.parametrize(
    ("samples", "wh"),
    [
        ([Sample(1.5, "kWh", None)], 1500),
        ([Sample(15, "Wh", None, 2)], 1500),
        ([Sample(9, "Wh", "L1")], 9),
        ([Sample(9, "Wh", "L1"), Sample(25, "Wh", None), Sample(8, "Wh", "L2"), Sample(8, "Wh", "L3")], 25),
        ([Sample(1.5, "kWh", "L1-N"), Sample(2, "kWh", "L2-N"), Sample(0.5, "kWh", "L3-N")], 4000),
        ([Sample(float("nan"), "Wh", "L1"), Sample(2, "Wh", "L2")], None),
        ([Sample(9, "Wh", "L1-L2"), Sample(9, "Wh", "N")], None),
        ([Sample(float("nan"), "Wh", None)], None),
        ([Sample(-1, "Wh", None)], None),
        ([Sample(1e300, "Wh", None)], None),
    ],
)
def test_only_a_plausible_whole_register_counts(samples: list[Sample], wh: int | None) -> None:
    assert shown_wh(readings_of(samples, Told.TRANSACTION, NOW)) == wh
