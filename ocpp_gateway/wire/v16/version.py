"""OCPP 1.6J: its error codes, its verdicts on tokens, and what it is put together from."""

from ocpp_gateway.wire.answers import TokenAnswer, TransactionAnswer, Verdict
from ocpp_gateway.wire.problems import MessageProblem
from ocpp_gateway.wire.timestamps import write_time
from ocpp_gateway.wire.v16 import calls, capabilities
from ocpp_gateway.wire.v16.commands import write_command
from ocpp_gateway.wire.v16.replies import read_reply
from ocpp_gateway.wire.version import Payload, Version

_ERROR_CODES = {
    # OCPP-J 1.6 §4.2.3, table 7. `Occurence` is spelled so there.
    MessageProblem.UNREADABLE: "FormationViolation",
    MessageProblem.MESSAGE_TYPE: "ProtocolError",
    MessageProblem.UNKNOWN_ACTION: "NotImplemented",
    MessageProblem.NOT_OURS: "NotSupported",
    MessageProblem.MALFORMED: "FormationViolation",
    MessageProblem.INCOMPLETE: "ProtocolError",
    MessageProblem.OCCURRENCE: "OccurenceConstraintViolation",
    MessageProblem.WRONG_TYPE: "TypeConstraintViolation",
    MessageProblem.WRONG_VALUE: "PropertyConstraintViolation",
    MessageProblem.INTERNAL: "InternalError",
}
_LONGEST_TAG = 20
_VERDICTS = {
    Verdict.ACCEPTED: "Accepted",
    Verdict.UNKNOWN: "Invalid",
    Verdict.BLOCKED: "Blocked",
    Verdict.EXPIRED: "Expired",
    Verdict.CONCURRENT: "ConcurrentTx",
    # 1.6 has no word for "not now": Blocked is known but not allowed for charging (§7.2).
    Verdict.NOT_NOW: "Blocked",
}


def ocpp16() -> Version:
    return Version(
        "1.6",
        reads=calls.READS,
        noted=calls.NOTED,
        error_codes=_ERROR_CODES,
        write_verdict=_write_verdict,
        write_command=write_command,
        read_reply=read_reply,
        capability_keys=capabilities.KEYS,
        read_capabilities=capabilities.read_capabilities,
        asks_by_transaction=False,
    )


def _write_verdict(action: str, answer: TokenAnswer | TransactionAnswer) -> Payload:
    if isinstance(answer, TokenAnswer):
        return {"idTagInfo": _id_tag_info(answer)}
    written: Payload = {} if action == "StopTransaction" else {"transactionId": answer.number}
    if answer.token is not None:
        written["idTagInfo"] = _id_tag_info(answer.token)
    return written


def _id_tag_info(answer: TokenAnswer) -> Payload:
    info = {"status": _VERDICTS[answer.verdict]}
    if answer.group_id is not None and len(answer.group_id) <= _LONGEST_TAG:
        info["parentIdTag"] = answer.group_id
    if answer.until is not None:
        info["expiryDate"] = write_time(answer.until)
    return info
