"""Messages of transactions as chargers send them, and one handed to the gateway's duties directly."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ocpp_gateway.duties.received_call import Liveness, Outcome, ReceivedCall
from ocpp_gateway.duties.report_handler import ReportHandler
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.wire.answers import Answer
from ocpp_gateway.wire.version import Version
from tests.ocpp_gateway.conftest import ALICE, CHARGER
from tests.ocpp_gateway.records import Records


def of_now(told: Any) -> Any:
    """Messages that were made when the tests were collected, perhaps half an hour ago, as if the last were made now."""
    return _later(told, datetime.now(UTC) - max(_stamps(told)))


def _stamps(told: Any) -> Iterator[datetime]:
    for one in told if isinstance(told, list) else told.values() if isinstance(told, dict) else ():
        yield from _stamps(one)
    if isinstance(told, dict) and "timestamp" in told:
        yield datetime.fromisoformat(told["timestamp"])


def _later(told: Any, since: timedelta) -> Any:
    if isinstance(told, list):
        return [_later(one, since) for one in told]
    if not isinstance(told, dict):
        return told
    return {
        key: (datetime.fromisoformat(value) + since).isoformat(timespec="milliseconds")
        if key == "timestamp"
        else _later(value, since)
        for key, value in told.items()
    }


def moment(ago: timedelta = timedelta(0)) -> str:
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds")


def start(tag: str = ALICE, **over: Any) -> dict[str, Any]:
    return {"connectorId": 1, "idTag": tag, "meterStart": 1000, "timestamp": moment()} | over


def event(kind: str, seq_no: int, **over: Any) -> dict[str, Any]:
    return {
        "eventType": kind,
        "timestamp": moment(),
        "triggerReason": "Trigger",
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": "tx-1"},
        "evse": {"id": 1, "connectorId": 1},
    } | over


def register(wh: float) -> list[dict[str, Any]]:
    return [{"timestamp": moment(), "sampledValue": [{"value": wh}]}]


TOKEN = {"idToken": ALICE, "type": "ISO14443"}


async def take(
    records: Records,
    version: Version,
    action: str,
    message: dict[str, Any],
    epoch: int,
    *,
    now: datetime | None = None,
    liveness: Liveness | None = None,
) -> Answer:
    """What one instance of the gateway answers, over a connection of its own."""
    now = now or datetime.now(UTC)
    report = version.read_call(action, msgspec.json.encode(message), now)
    received = ReceivedCall(charger_id=CHARGER, epoch=epoch, message_id=str(epoch), at=now, liveness=liveness)
    handler = ReportHandler(records.engine, GatewayMetrics(), heartbeat_s=60)
    answered: asyncio.Future[Outcome | BaseException] = asyncio.get_running_loop().create_future()
    lanes = [asyncio.create_task(lane.run()) for lane in handler.lanes]
    handler.submit(received, report, answered.set_result)
    outcome = await answered
    for lane in lanes:
        lane.cancel()
    assert isinstance(outcome, Outcome), outcome
    return outcome.answer


def homeless(kind: str, seq_no: int, **over: Any) -> dict[str, Any]:
    message = event(kind, seq_no, **over)
    del message["evse"]
    return message
