"""Messages of chargers read as the versions read them."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from ocpp_gateway.wire.reports import (
    Report,
    TransactionReported,
)
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
