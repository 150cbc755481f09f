"""The official JSON schemas, as the `ocpp` package carries them: for rare messages, and to name a fault.

Fields that a schema does not know are tolerated: a charger with extra fields is still
our charger.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec
from ocpp.messages import MessageType, get_validator  # type: ignore[import-untyped]  # ships no types

from ocpp_gateway.problems import OcppProblem, Problem

_PROBLEMS = {
    "required": Problem.INCOMPLETE,
    "type": Problem.WRONG_TYPE,
    "minItems": Problem.OCCURRENCE,
    "maxItems": Problem.OCCURRENCE,
}
_decoder = msgspec.json.Decoder()


def decode_call(version: str, action: str, payload: bytes) -> dict[str, Any]:
    """Decode and validate a CALL's payload. Raises OcppProblem, UNKNOWN_ACTION when there is no such action."""
    return _decode(version, MessageType.Call, action, payload)


def decode_result(version: str, action: str, payload: bytes) -> dict[str, Any]:
    """Decode and validate the answer to our call. Raises OcppProblem."""
    return _decode(version, MessageType.CallResult, action, payload)


def name_fault(version: str, action: str, payload: bytes) -> OcppProblem:
    """Why the typed decoder refused `payload`: the schema's own keyword says which kind of fault it is."""
    try:
        decode_call(version, action, payload)
    except OcppProblem as fault:
        return fault
    return OcppProblem(Problem.WRONG_VALUE, f"{action}: a value is out of range")


def exists(version: str, action: str) -> bool:
    return _validator(version, MessageType.Call, action) is not None


def _decode(version: str, kind: int, action: str, payload: bytes) -> dict[str, Any]:
    validator = _validator(version, kind, action)
    if validator is None:
        raise OcppProblem(Problem.UNKNOWN_ACTION, "there is no such action")
    try:
        decoded = _decoder.decode(payload)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise OcppProblem(Problem.MALFORMED, "the payload is not JSON") from error
    try:
        fault = next(_faults(validator, decoded), None)
    except RecursionError as error:
        raise OcppProblem(Problem.MALFORMED, "the payload is nested too deeply") from error
    if fault is not None:
        where = "/".join(str(step) for step in fault.absolute_path) or "payload"
        problem = _PROBLEMS.get(str(fault.validator), Problem.WRONG_VALUE)
        raise OcppProblem(problem, f"{action}: {where} breaks {fault.validator}")
    return dict(decoded)


def _faults(validator: Any, decoded: object) -> Iterator[Any]:
    return (fault for fault in validator.iter_errors(decoded) if fault.validator != "additionalProperties")


@lru_cache(maxsize=512)
def _validator(version: str, kind: int, action: str) -> Any | None:
    if not action.isalnum() or len(action) > 64 or not action.isascii():
        return None  # it becomes part of a file name
    try:
        return get_validator(kind, action, version)
    except OSError:
        return None
