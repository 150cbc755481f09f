"""A time that can mean only one instant is read and noted; a date alone names none."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from ocpp_gateway.wire.problems import OcppProblem
from ocpp_gateway.wire.reports import MeterReported, TransactionReported
from tests.ocpp_gateway.wire.official import VERSIONS
from tests.ocpp_gateway.wire.reading import NOW

MEANT = datetime(2026, 11, 22, 11, 15, tzinfo=UTC)
SECONDS = int(MEANT.timestamp())
ONE_INSTANT = [
    SECONDS,
    str(SECONDS),
    SECONDS * 1000,
    str(SECONDS * 1000),
    "2026-11-22T11:15:00UTC",
    "2026-11-22T11:15:00 GMT",
    "2026/11/22 11:15:00",
    "2026-11-22T13:15:00+2",
    "20261122111500Z",
    "20261122111500",
]


def stop(at: Any) -> bytes:
    return msgspec.json.encode({"transactionId": 5, "meterStop": 9, "timestamp": at})


@pytest.mark.parametrize("at", ONE_INSTANT)
def test_it_is_read_and_noted_and_strictly_refused(at: Any) -> None:
    report, quirks = VERSIONS["1.6"].hear_call("StopTransaction", stop(at), NOW)
    assert isinstance(report, TransactionReported)
    assert report.at == MEANT
    assert "timestamp" in {quirk.path for quirk in quirks}
    with pytest.raises(OcppProblem):
        VERSIONS["1.6"].read_call("StopTransaction", stop(at), NOW)


@pytest.mark.parametrize("at", ONE_INSTANT)
def test_a_samples_too(at: Any) -> None:
    values = [
        {"timestamp": at, "sampledValue": [{"value": 5}]},
        {"timestamp": "2026-11-22T11:20:00+0000", "sampledValue": [{"value": 6}]},
    ]
    told = msgspec.json.encode({"evseId": 1, "meterValue": values})
    report, _ = VERSIONS["2.0.1"].hear_call("MeterValues", told, NOW)
    assert isinstance(report, MeterReported)
    assert report.readings[0].at == MEANT


@pytest.mark.parametrize("at", ["2026-11-22", "2026-W47-7", "20261122", "22/11/2026 11:15:00", "179588250"])
def test_what_names_no_one_instant_is_left_out(at: str) -> None:
    report, quirks = VERSIONS["1.6"].hear_call("StopTransaction", stop(at), NOW)
    assert isinstance(report, TransactionReported)
    assert report.at == NOW
    assert "timestamp" in {quirk.path for quirk in quirks}
