"""OCPP-J framing (part 4 of the specification): reading and writing the three kinds of frames.

Payloads stay undecoded here, so that each is decoded once, straight into its type.
"""

from typing import Any, Literal

import msgspec

from ocpp_gateway.wire.problems import MessageProblem, OcppProblem

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4
CALL_RESULT_ERROR, SEND = 5, 6
"""New in 2.1 (part 4, §4.1): an answer of ours could not be used; a message that wants no answer."""
UNREADABLE_ID = "-1"
"""The message id of an error about a frame whose own id could not be read (OCPP-J §4.2.3)."""
_LONGEST_ID = 128
"""The specification says 36; chargers with longer ids exist and harm nobody."""
_LONGEST_DESCRIPTION = 255

_call = msgspec.json.Decoder(tuple[Literal[2], str, str, msgspec.Raw])
_frame = msgspec.json.Decoder(list[msgspec.Raw])
_any = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode


class Call(msgspec.Struct, frozen=True, gc=False):
    """`cut`: the middle of a list is missing, since it was too long to be kept."""

    message_id: str
    action: str
    payload: bytes
    cut: bool = False


class CallResult(msgspec.Struct, frozen=True, gc=False):
    message_id: str
    payload: bytes


class CallError(msgspec.Struct, frozen=True, gc=False):
    message_id: str
    error_code: str
    description: str


class OneWay(msgspec.Struct, frozen=True, gc=False):
    """CALL_RESULT_ERROR or SEND: never answered. `word`: error code, or action."""

    kind: int
    message_id: str
    word: str


Frame = Call | CallResult | CallError | OneWay


class UnreadableFrame(OcppProblem):
    """`message_id` is the frame's own where it could be read, else `-1`; `answerable` is False for replies."""

    def __init__(
        self,
        problem: MessageProblem,
        description: str,
        message_id: str = UNREADABLE_ID,
        *,
        answerable: bool = True,
    ) -> None:
        super().__init__(problem, description)
        self.message_id = message_id
        self.answerable = answerable


def read_frame(raw: bytes) -> Frame:
    """Raises UnreadableFrame, never anything else."""
    try:
        _, message_id, action, payload = _call.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return _read_odd_frame(raw)
    if not _is_usable(message_id):
        return _read_odd_frame(raw)
    return _checked_call(message_id, action, bytes(payload))


def _is_usable(message_id: str) -> bool:
    """It becomes part of what is stored."""
    return 0 < len(message_id) <= _LONGEST_ID and "\0" not in message_id


def type_not_known(message_id: str) -> UnreadableFrame:
    """What a frame is answered with whose message type its version does not have."""
    return UnreadableFrame(MessageProblem.MESSAGE_TYPE, "unknown message type", message_id)


def binary_frame() -> UnreadableFrame:
    """What a binary message is answered with."""
    return UnreadableFrame(MessageProblem.UNREADABLE, "binary frames carry no OCPP message")


def too_long(message_id: str | None) -> UnreadableFrame:
    """What a message is answered with of which too much is missing. `message_id` None: it is no call."""
    if message_id is None or not _is_usable(message_id):
        return UnreadableFrame(MessageProblem.UNREADABLE, "the message is too long", answerable=False)
    return UnreadableFrame(MessageProblem.MALFORMED, "the message is too long", message_id)


def _read_odd_frame(raw: bytes) -> Frame:
    """Replies, and calls with something wrong with them."""
    try:
        parts = _frame.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise UnreadableFrame(MessageProblem.UNREADABLE, "the frame is not a JSON array") from error
    kind = _value(parts, 0)
    identifier = _value(parts, 1)
    readable = isinstance(identifier, str) and _is_usable(identifier)
    message_id = str(identifier) if readable else UNREADABLE_ID
    if kind in (CALL_RESULT_ERROR, SEND) and readable:
        word = _value(parts, 2)
        return OneWay(int(kind), message_id, word if isinstance(word, str) else "")
    if kind not in (CALL, CALL_RESULT, CALL_ERROR) or isinstance(kind, bool):
        raise type_not_known(message_id)
    if not readable:
        raise UnreadableFrame(
            MessageProblem.UNREADABLE, "the message id is unreadable", answerable=kind == CALL
        )
    if kind == CALL:
        return _read_call(message_id, parts)
    return _read_reply(int(kind), message_id, parts)


def _read_call(message_id: str, parts: list[msgspec.Raw]) -> Call:
    action = _value(parts, 2)
    if len(parts) != 4 or not isinstance(action, str):
        raise UnreadableFrame(MessageProblem.UNREADABLE, "a CALL is [2, id, action, payload]", message_id)
    return _checked_call(message_id, action, bytes(parts[3]))


def _checked_call(message_id: str, action: str, payload: bytes) -> Call:
    if not payload.lstrip().startswith(b"{"):
        raise UnreadableFrame(MessageProblem.MALFORMED, "the payload is not an object", message_id)
    return Call(message_id, action, payload)


def _read_reply(kind: int, message_id: str, parts: list[msgspec.Raw]) -> CallResult | CallError:
    if kind == CALL_RESULT and len(parts) == 3:
        return CallResult(message_id, bytes(parts[2]))
    error_code = _value(parts, 2)
    if kind == CALL_ERROR and isinstance(error_code, str):
        description = str(_value(parts, 3) or "")
        return CallError(message_id, error_code.replace("\0", ""), description.replace("\0", ""))
    # An error about a reply would itself be a reply to nothing: it is only logged.
    raise UnreadableFrame(
        MessageProblem.UNREADABLE, "a reply without its parts", message_id, answerable=False
    )


def _value(parts: list[msgspec.Raw], index: int) -> Any:
    if index >= len(parts):
        return None
    try:
        return _any.decode(parts[index])
    except (msgspec.MsgspecError, RecursionError):
        return None


def write_call(message_id: str, action: str, payload: object) -> bytes:
    return _encode((CALL, message_id, action, payload))


def write_result(message_id: str, payload: object) -> bytes:
    return _encode((CALL_RESULT, message_id, payload))


def write_error(message_id: str, error_code: str, description: str) -> bytes:
    return _encode((CALL_ERROR, message_id, error_code, description[:_LONGEST_DESCRIPTION], {}))
