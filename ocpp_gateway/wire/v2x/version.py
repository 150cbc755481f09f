"""OCPP 2.0.1 and 2.1: error codes, verdicts on tokens, and what tells the two versions apart.

What is new in 2.1 and concerns reservations comes with its schemas: tokens of 255 characters and of any type, further
reasons and measurands, and a hold that ended because no transaction followed (NoTransaction).
"""

from functools import partial

from ocpp_gateway.wire.answers import TokenAnswer, TransactionAnswer, Verdict
from ocpp_gateway.wire.problems import MessageProblem
from ocpp_gateway.wire.timestamps import write_time
from ocpp_gateway.wire.v2x import calls, capabilities
from ocpp_gateway.wire.v2x.commands import group_token, write_command
from ocpp_gateway.wire.v2x.replies import read_reply
from ocpp_gateway.wire.version import Payload, Version

_ERROR_CODES = {
    # OCPP-J 2.0.1 and 2.1, §4.3: table of valid error codes.
    MessageProblem.UNREADABLE: "RpcFrameworkError",
    MessageProblem.MESSAGE_TYPE: "MessageTypeNotSupported",
    MessageProblem.UNKNOWN_ACTION: "NotImplemented",
    MessageProblem.NOT_OURS: "NotSupported",
    MessageProblem.MALFORMED: "FormatViolation",
    MessageProblem.INCOMPLETE: "OccurrenceConstraintViolation",
    MessageProblem.OCCURRENCE: "OccurrenceConstraintViolation",
    MessageProblem.WRONG_TYPE: "TypeConstraintViolation",
    MessageProblem.WRONG_VALUE: "PropertyConstraintViolation",
    MessageProblem.INTERNAL: "InternalError",
}
_VERDICTS = {
    Verdict.ACCEPTED: "Accepted",
    Verdict.UNKNOWN: "Invalid",
    Verdict.BLOCKED: "Blocked",
    Verdict.EXPIRED: "Expired",
    Verdict.CONCURRENT: "ConcurrentTx",
    Verdict.NOT_NOW: "NotAtThisTime",
}
_NOTED_21 = frozenset(
    {
        "BatterySwap",
        "NotifyDERAlarm",
        "NotifyDERStartStop",
        "NotifyPriorityCharging",
        "NotifySettlement",
        "NotifyWebPaymentStarted",
        "ReportDERControl",
    }
)
"""Messages of blocks we do not use, whose answers are empty: acknowledged, so that nobody repeats them."""


def ocpp201() -> Version:
    return _version("2.0.1", longest_token=36, noted=calls.NOTED)


def ocpp21() -> Version:
    return _version("2.1", longest_token=255, noted=calls.NOTED | _NOTED_21, has_one_way=True)


def _version(number: str, *, longest_token: int, noted: frozenset[str], has_one_way: bool = False) -> Version:
    """`longest_token`: characters of an idToken."""
    return Version(
        number,
        reads=calls.READS,
        noted=noted,
        error_codes=_ERROR_CODES,
        write_verdict=partial(_write_verdict, longest_token),
        write_command=write_command,
        read_reply=read_reply,
        capability_keys=capabilities.KEYS,
        read_capabilities=capabilities.read_capabilities,
        has_one_way=has_one_way,
    )


def _write_verdict(longest_token: int, action: str, answer: TokenAnswer | TransactionAnswer) -> Payload:
    """`longest_token`: a group that the version cannot carry is left out."""
    token = answer if isinstance(answer, TokenAnswer) else answer.token
    return {} if token is None else {"idTokenInfo": _id_token_info(token, longest_token)}


def _id_token_info(answer: TokenAnswer, longest_token: int) -> Payload:
    info: Payload = {"status": _VERDICTS[answer.verdict]}
    if answer.group_id is not None and len(answer.group_id) <= longest_token:
        info["groupIdToken"] = group_token(answer.group_id)
    if answer.until is not None:
        info["cacheExpiryDateTime"] = write_time(answer.until)
    if answer.told is not None:
        info["personalMessage"] = {
            "format": "ASCII" if answer.told.text.isascii() else "UTF8",
            "language": answer.told.language,
            "content": answer.told.text,
        }
    return info
