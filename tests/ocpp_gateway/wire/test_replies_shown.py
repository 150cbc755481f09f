"""What chargers answer to operators is shown as what it is: units, and keys that are not known."""

import json
from typing import Any

import pytest

from domain.charging.commands import GetCompositeSchedule, GetConfiguration
from ocpp_gateway.wire.v2x.version import ocpp21, ocpp201
from ocpp_gateway.wire.v16.version import ocpp16
from ocpp_gateway.wire.version import Version

ALL = pytest.mark.parametrize("version", [ocpp16(), ocpp201(), ocpp21()], ids=["1.6", "2.0.1", "2.1"])


@ALL
@pytest.mark.parametrize(("unit", "shown"), [("W", "16.0"), ("A", "16.0 A")])
def test_a_limit_is_shown_in_its_unit(version: Version, unit: str, shown: str) -> None:
    schedule: dict[str, Any] = {
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0}],
    }
    said: dict[str, Any] = {"status": "Accepted", "connectorId": 1, "chargingSchedule": schedule}
    if version.number != "1.6":
        timed = {"evseId": 1, "duration": 60, "scheduleStart": "2026-11-28T17:00:00Z"}
        said = {"status": "Accepted", "schedule": schedule | timed}
    asked = GetCompositeSchedule(connector_number=1, duration_s=60)
    reply, quirks = version.hear_reply(asked, json.dumps(said).encode())
    assert (reply.values, quirks) == ({"0": shown}, ())


@pytest.mark.parametrize("version", [ocpp201(), ocpp21()], ids=["2.0.1", "2.1"])
def test_what_is_not_told_is_named(version: Version) -> None:
    statuses = {"B": "UnknownVariable", "C": "Accepted", "D": "Rejected", "E": "UnknownComponent"}
    said = [
        {"attributeStatus": status, "component": {"name": "A"}, "variable": {"name": name}}
        for name, status in statuses.items()
    ]
    keys = tuple(f"A.{name}" for name in statuses)
    reply, _ = version.hear_reply(
        GetConfiguration(keys=keys), json.dumps({"getVariableResult": said}).encode()
    )
    assert (reply.detail, reply.values) == ("unknown: A.B, A.E; Rejected: A.D", {"A.C": ""})
