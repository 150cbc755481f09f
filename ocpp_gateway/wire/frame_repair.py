"""Reads a frame that the strict parser refused, as long as it can mean only one thing; what was odd is told.

It runs only on refused frames. An id and an action are never made up: without them there is nothing to answer.
"""

import json
from typing import Any, NamedTuple

from ocpp_gateway.wire.frames import (
    CALL,
    CALL_ERROR,
    CALL_RESULT,
    Frame,
    UnreadableFrame,
    read_frame,
)
from ocpp_gateway.wire.lenient_json import NotJson, read_leniently

_NO_ERROR_CODE = "GenericError"
_ELSE = "half a character"
"""What was mended by being written anew: a lone surrogate, which is none."""
_PARTS = {CALL: 4, CALL_RESULT: 3, CALL_ERROR: 5}


class Mended(NamedTuple):
    """`text`: the frame as it should have been; `odd`: what was wrong, in words."""

    frame: Frame
    text: bytes
    odd: tuple[str, ...]


def mended(raw: bytes) -> Mended | None:
    """None: it cannot be read without a guess."""
    try:
        parts, odd = read_leniently(raw)
        parts, more = _straightened(parts)
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        return Mended(read_frame(text), text, (*odd, *more) or (_ELSE,))
    except (NotJson, UnreadableFrame, RecursionError):
        return None


def _straightened(parts: Any) -> tuple[list[Any], list[str]]:
    """Raises NotJson."""
    odd: list[str] = []
    if isinstance(parts, list) and len(parts) == 1:
        parts = parts[0]
        odd.append("a list around it")
    if not isinstance(parts, list) or len(parts) < 2:
        raise NotJson("no frame")
    kind, identifier, *rest = parts
    if isinstance(kind, str) and kind.strip() in ("2", "3", "4", "2.0", "3.0", "4.0"):
        kind = int(float(kind))
        odd.append("message type")
    if isinstance(identifier, int) and not isinstance(identifier, bool):
        identifier = str(identifier)
        odd.append("message id is a number")
    if kind in (CALL, CALL_RESULT):
        rest = _with_payload(rest, 1 if kind == CALL else 0, odd)
    elif kind == CALL_ERROR and not (rest and isinstance(rest[0], str)):
        rest = [_NO_ERROR_CODE, *rest[1:]]
        odd.append("error code")
    if len(rest) > _PARTS.get(kind, len(parts)) - 2:
        odd.append("too many parts")
        rest = rest[: _PARTS[kind] - 2]
    return [kind, identifier, *rest], odd


def _with_payload(rest: list[Any], at: int, odd: list[str]) -> list[Any]:
    """Nothing, in whatever way that is written, is an empty object; a call's action is not made up. Raises NotJson."""
    if len(rest) < at:
        raise NotJson("no action")
    payload = rest[at] if len(rest) > at else None
    given = payload
    if isinstance(payload, str) and payload.strip():
        payload, _ = read_leniently(payload.encode(errors="replace"))
    if isinstance(payload, list) and len(payload) == 1:
        payload = payload[0]
    if payload is None or payload in ([], ""):
        payload = {}
    if payload is not given:
        odd.append("payload is no object")
    return [*rest[:at], payload, *rest[at + 1 :]]
