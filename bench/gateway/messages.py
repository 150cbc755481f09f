"""OCPP 1.6 calls as chargers send them, ready to be written to a socket."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.gateway.wire import masked

SUBPROTOCOL = "ocpp1.6"
STATUSES = ("Available", "Preparing", "Charging", "SuspendedEV", "Finishing")
"""A charging session's, round and round: each differs from the one before."""


@dataclass(frozen=True, slots=True)
class Message:
    """`frame`: masked. `answered_by`: how the text of its CALLRESULT begins."""

    frame: bytes
    answered_by: bytes


def message(message_id: str, action: str, payload: dict[str, Any]) -> Message:
    text = json.dumps([2, message_id, action, payload], separators=(",", ":"))
    return Message(masked(text.encode()), f'[3,"{message_id}",'.encode())


def boot(message_id: str) -> Message:
    payload = {"chargePointVendor": "Bench", "chargePointModel": "Loopback", "firmwareVersion": "1.0"}
    return message(message_id, "BootNotification", payload)


def status(message_id: str, word: str, at: datetime) -> Message:
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    payload = {"connectorId": 1, "errorCode": "NoError", "status": word, "timestamp": stamp}
    return message(message_id, "StatusNotification", payload)


def authorize(message_id: str, id_tag: str) -> Message:
    return message(message_id, "Authorize", {"idTag": id_tag})


def mix(count: int) -> list[Message]:
    """Heartbeat and StatusNotification in turn, the status always the same. Ids as long as UUIDs, all different."""
    at = datetime.now(UTC)
    return [
        message(_long_id("m", n), "Heartbeat", {})
        if n % 2 == 0
        else status(_long_id("m", n), "Available", at)
        for n in range(count)
    ]


class StatusChanges:
    """One charger's endless changes. Its clock ticks a millisecond a change, so the database can name each."""

    def __init__(self, identity: str, began: datetime) -> None:
        self._identity = identity
        self._began = began
        self.sent = 0

    def next(self) -> Message:
        self.sent += 1
        word = STATUSES[self.sent % len(STATUSES)]
        at = self._began + timedelta(milliseconds=self.sent)
        return status(_long_id(self._identity, self.sent), word, at)


def _long_id(prefix: str, number: int) -> str:
    return f"{prefix}-{number:0{35 - len(prefix)}d}"
