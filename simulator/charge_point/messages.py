"""OCPP-J frames as the charger sees them: what is logged, and what can go wrong with a call."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Payload = dict[str, Any]
Direction = Literal["in", "out"]
Kind = Literal["call", "result", "error"]

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4


@dataclass(frozen=True, slots=True)
class Message:
    """One frame that crossed the socket.

    `action` of a result or error is that of the call it answers, empty when unknown. `payload` of an
    error is `{"code", "description", "details"}`; of an unreadable frame `{"raw": text}`.
    """

    at: datetime
    direction: Direction
    kind: Kind
    action: str
    message_id: str
    payload: Payload


class ChargePointError(Exception):
    """Root of what the simulator raises; `code` is stable."""

    code = "charge_point_error"


class NotConnectedError(ChargePointError):
    """There is no socket to the CSMS, or it closed before the answer came."""

    code = "not_connected"


class CallTimeoutError(ChargePointError, TimeoutError):
    """The CSMS did not answer in time."""

    code = "call_timeout"


class CallRefusedError(ChargePointError):
    """The CSMS answered with a CALLERROR; `error_code` is the OCPP one."""

    code = "call_refused"

    def __init__(self, error_code: str, description: str, details: Payload) -> None:
        super().__init__(f"{error_code}: {description}")
        self.error_code = error_code
        self.description = description
        self.details = details


class CommandRefusedError(ChargePointError):
    """Raised by a command handler: the CSMS's call is answered with this CALLERROR."""

    code = "command_refused"

    def __init__(self, error_code: str, description: str = "") -> None:
        super().__init__(f"{error_code}: {description}")
        self.error_code = error_code
        self.description = description


def encode(*parts: Any) -> str:
    """A frame's text, compact as chargers send it."""
    return json.dumps(parts, separators=(",", ":"))


def read_frame(raw: str | bytes, direction: Direction, at: datetime) -> Message:
    """Reads a frame without judging its payload; an unreadable one becomes an error with the raw text."""
    text = raw if isinstance(raw, str) else raw.decode(errors="replace")
    try:
        frame = json.loads(text)
    except ValueError:
        frame = None
    match frame:
        case [2, str(message_id), str(action), dict(payload)]:
            return Message(at, direction, "call", action, message_id, payload)
        case [3, str(message_id), dict(payload)]:
            return Message(at, direction, "result", "", message_id, payload)
        case [4, str(message_id), str(code), *rest]:
            error = {
                "code": code,
                "description": rest[0] if rest else "",
                "details": rest[1] if rest[1:] else {},
            }
            return Message(at, direction, "error", "", message_id, error)
    return Message(at, direction, "error", "", "", {"raw": text})
