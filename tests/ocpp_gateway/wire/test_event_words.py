"""A 2.x NotifyEvent is heard in whatever letters its names and values come, and what was odd is noted."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.charging.connector import ConnectorStatus
from domain.charging.quirks import QuirkKind
from ocpp_gateway.wire.reports import StatusesReported
from ocpp_gateway.wire.v2x.version import ocpp21, ocpp201
from ocpp_gateway.wire.version import Version

NOW = datetime(2026, 11, 28, 17, tzinfo=UTC)
VERSIONS = pytest.mark.parametrize("version", [ocpp201(), ocpp21()], ids=["2.0.1", "2.1"])


def _heard(version: Version, over: dict[str, Any]) -> tuple[StatusesReported, list[tuple[str, QuirkKind]]]:
    event = {
        "eventId": 1,
        "timestamp": "2026-11-28T16:59:00Z",
        "trigger": "Delta",
        "actualValue": "Faulted",
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": "EVSE", "evse": {"id": 1}},
        "variable": {"name": "AvailabilityState"},
    }
    payload = {"generatedAt": "2026-11-28T16:59:00Z", "seqNo": 0, "eventData": [event | over]}
    report, quirks = version.hear_call("NotifyEvent", json.dumps(payload).encode(), NOW)
    assert isinstance(report, StatusesReported)
    return report, [(quirk.path, quirk.kind) for quirk in quirks]


@VERSIONS
@pytest.mark.parametrize(
    ("over", "status", "odd"),
    [
        ({}, ConnectorStatus.FAULTED, []),
        ({"actualValue": "faulted"}, ConnectorStatus.FAULTED, ["actualValue"]),
        ({"variable": {"name": "availabilityState"}}, ConnectorStatus.FAULTED, ["variable/name"]),
        ({"actualValue": "Charging"}, ConnectorStatus.CHARGING, ["actualValue"]),
        ({"actualValue": " FINISHING"}, ConnectorStatus.FINISHING, ["actualValue"]),
        ({"component": {"name": "evse", "evse": {"id": 1}}}, ConnectorStatus.FAULTED, ["component/name"]),
    ],
)
def test_a_status_is_heard_and_what_was_odd_is_noted(
    version: Version, over: dict[str, Any], status: ConnectorStatus, odd: list[str]
) -> None:
    report, quirks = _heard(version, over)
    assert [(told.connector_number, told.status) for told in report.statuses] == [(1, status)]
    assert quirks == [(f"eventData/{field}", QuirkKind.WRONG_WORD) for field in odd]


@VERSIONS
def test_a_word_that_nobody_knows_is_noted(version: Version) -> None:
    report, quirks = _heard(version, {"actualValue": "Broken"})
    assert (report.statuses, quirks) == ((), [("eventData/actualValue", QuirkKind.DROPPED)])


@VERSIONS
@pytest.mark.parametrize("name", ["ChargingStation", "chargingstation", " Charging Station"])
@pytest.mark.parametrize("evse", [{}, {"evse": {"id": 0}}])
def test_a_station_speaks_for_the_whole_charger(version: Version, name: str, evse: dict[str, Any]) -> None:
    report, _ = _heard(version, {"component": {"name": name} | evse})
    assert [told.connector_number for told in report.statuses] == [0]


@VERSIONS
@pytest.mark.parametrize(
    ("component", "path", "kind"),
    [
        ({"name": "TokenReader"}, "component/name", QuirkKind.DROPPED),
        ({"name": "TokenReader", "evse": {"id": 1}}, "component/name", QuirkKind.DROPPED),
        ({"name": ""}, "component/name", QuirkKind.DROPPED),
        ({"name": "Connector"}, "component/evse", QuirkKind.MISSING),
        ({"name": "evse", "evse": {"id": 0}}, "component/evse", QuirkKind.MISSING),
    ],
)
def test_the_state_of_another_component_is_noted_and_no_status(
    version: Version, component: dict[str, Any], path: str, kind: QuirkKind
) -> None:
    report, quirks = _heard(version, {"component": component})
    assert (report.statuses, quirks) == ((), [(f"eventData/{path}", kind)])
    well, nothing = _heard(version, {"component": {"name": "Controller"}, "actualValue": "Available"})
    assert (well.statuses, nothing) == ((), [])


@VERSIONS
def test_a_lock_is_heard_in_other_letters(version: Version) -> None:
    lock = {"component": {"name": "connectorplugretentionlock", "evse": {"id": 1}}, "actualValue": "TRUE"}
    report, quirks = _heard(version, lock | {"variable": {"name": "problem"}})
    assert [(told.connector_number, told.failed) for told in report.locks] == [(1, True)]
    assert [path for path, _ in quirks] == ["eventData/component/name", "eventData/variable/name"]


@VERSIONS
def test_what_concerns_nobody_here_is_not_odd(version: Version) -> None:
    report, quirks = _heard(version, {"variable": {"name": "Temperature"}, "actualValue": "41"})
    assert (report.statuses, report.locks, quirks) == ((), (), [])
