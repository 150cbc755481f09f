"""The official JSON schemas, as the `ocpp` package carries them: what they say, and which rule a message breaks.

Three leniencies, because real chargers need them and refusing would lose a transaction:
fields that a schema does not know are ignored, `null` stands for an optional field left out, and words from
`FREE_WORDS` may be anything short but a listed word in other letters, which is to be read as that one.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

import msgspec
from ocpp.messages import MessageType, get_validator  # type: ignore[import-untyped]  # ships no types

from ocpp_gateway.wire.problems import MessageProblem, OcppProblem

FREE_WORDS = frozenset(
    {
        "context",
        "errorCode",
        "format",
        "location",
        "measurand",
        "phase",
        "reason",
        "stoppedReason",
        "triggerReason",
        "unit",
    }
)
"""Fields to whose list of words vendors add words of their own."""
LONGEST_FREE_WORD = 50
_LARGEST_NAMED = 48 * 1024
"""Bytes."""

_PROBLEMS = {
    "required": MessageProblem.INCOMPLETE,
    "type": MessageProblem.WRONG_TYPE,
    "minItems": MessageProblem.OCCURRENCE,
    "maxItems": MessageProblem.OCCURRENCE,
}
_decoder = msgspec.json.Decoder()


def call_schema(version: str, action: str) -> dict[str, Any] | None:
    """The schema of a CALL; None when there is no such action in this version."""
    validator = _validator(version, MessageType.Call, action)
    return None if validator is None else dict(validator.schema)


def result_schema(version: str, action: str) -> dict[str, Any] | None:
    """The schema of the answer to a call of ours; None when there is no such action in this version."""
    validator = _validator(version, MessageType.CallResult, action)
    return None if validator is None else dict(validator.schema)


def exists(version: str, action: str) -> bool:
    return _validator(version, MessageType.Call, action) is not None


def name_fault(version: str, action: str, payload: bytes) -> OcppProblem:
    """Why the typed decoder refused a CALL's payload: the schema's own keyword says which kind of fault it is.

    Looking takes up to a millisecond a kilobyte, in which nobody else is served: a large payload is just malformed.
    """
    if len(payload) > _LARGEST_NAMED:
        return OcppProblem(MessageProblem.MALFORMED, f"{action}: the payload breaks its schema")
    try:
        _decode(version, MessageType.Call, action, payload)
    except OcppProblem as fault:
        return fault
    return OcppProblem(MessageProblem.WRONG_VALUE, f"{action}: a value is out of range")


def decode_result(version: str, action: str, payload: bytes) -> dict[str, Any]:
    """Decode and validate the answer to our call, `null`s and NUL characters left out. Raises OcppProblem."""
    return _decode(version, MessageType.CallResult, action, payload)


def check_call(version: str, action: str, payload: dict[str, Any]) -> None:
    """Validate a call of our own, to the letter. Raises OcppProblem."""
    validator = _validator(version, MessageType.Call, action)
    if validator is None:
        raise OcppProblem(MessageProblem.UNKNOWN_ACTION, f"{action} does not exist in {version}")
    fault = next(validator.iter_errors(payload), None)
    if fault is not None:
        raise _problem(action, fault, payload)


def _decode(version: str, kind: int, action: str, payload: bytes) -> dict[str, Any]:
    validator = _validator(version, kind, action)
    if validator is None:
        raise OcppProblem(MessageProblem.UNKNOWN_ACTION, "there is no such action")
    try:
        decoded = _decoder.decode(payload)
    except msgspec.ValidationError as error:
        raise OcppProblem(MessageProblem.WRONG_VALUE, f"{action}: a number is out of range") from error
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise OcppProblem(MessageProblem.MALFORMED, "the payload is not JSON") from error
    try:
        kept = _without_nulls(decoded)
        fault = next(_faults(validator, kept), None)
    except RecursionError as error:
        raise OcppProblem(MessageProblem.MALFORMED, "the payload is nested too deeply") from error
    if fault is not None:
        raise _problem(action, fault, decoded)
    return dict(kept)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value.replace("\0", "") if isinstance(value, str) else value


def _faults(validator: Any, decoded: object) -> Iterator[Any]:
    return (fault for fault in validator.iter_errors(decoded) if not _is_tolerated(fault))


def _is_tolerated(fault: Any) -> bool:
    if fault.validator == "enum":
        return (
            isinstance(fault.instance, str)
            and len(fault.instance) <= LONGEST_FREE_WORD
            and bool(fault.absolute_path)
            and fault.absolute_path[-1] in FREE_WORDS
            and not misspelt(fault.instance, fault.validator_value)
        )
    return bool(fault.validator == "additionalProperties")


def misspelt(word: str, listed: Collection[str]) -> bool:
    """Is it one of the `listed` words, but for capitals and space around it? Written so it would mean nothing to us."""
    meant = word.strip().lower()
    return word not in listed and any(one.lower() == meant for one in listed)


def _problem(action: str, fault: Any, decoded: Any = None) -> OcppProblem:
    where = "/".join(str(step) for step in fault.absolute_path) or "payload"
    problem = _PROBLEMS.get(str(fault.validator), MessageProblem.WRONG_VALUE)
    if problem is MessageProblem.INCOMPLETE and _has_null(decoded, fault):
        problem = MessageProblem.WRONG_TYPE
    return OcppProblem(problem, f"{action}: {where} breaks {fault.validator}")


def _has_null(decoded: Any, fault: Any) -> bool:
    """Was the field that is reported missing there, as `null`?"""
    for step in fault.absolute_path:
        decoded = decoded[step]
    missing = (name for name in fault.validator_value if name not in fault.instance)
    return isinstance(decoded, dict) and any(name in decoded for name in missing)


@lru_cache(maxsize=512)
def _validator(version: str, kind: int, action: str) -> Any | None:
    if not action.isalnum() or len(action) > 64 or not action.isascii():
        return None  # it becomes part of a file name
    if kind == MessageType.Call and action.endswith("Response"):
        return None  # 1.6 keeps its answers under such names
    try:
        return get_validator(kind, action, version)
    except OSError:
        return None
