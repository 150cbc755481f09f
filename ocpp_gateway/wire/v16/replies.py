"""OCPP 1.6: from answers to the wire, and from replies to our commands to what they mean."""

from domain.charging.commands import (
    Command,
    CommandOutcome,
    CommandReply,
    GetCompositeSchedule,
    GetConfiguration,
    GetLocalListVersion,
    GetLogs,
    LogKind,
    UpdateFirmware,
)
from ocpp_gateway.wire import command_outcomes as replies
from ocpp_gateway.wire.answers import TokenAnswer, TransactionAnswer, Verdict
from ocpp_gateway.wire.timestamps import write_time
from ocpp_gateway.wire.version import Payload

_LONGEST_TAG = 20
_VERDICTS = {
    Verdict.ACCEPTED: "Accepted",
    Verdict.UNKNOWN: "Invalid",
    Verdict.BLOCKED: "Blocked",
    # 1.6 has no word for "not now": Blocked is known but not allowed for charging (§7.2).
    Verdict.NOT_NOW: "Blocked",
}


def write_verdict(action: str, answer: TokenAnswer | TransactionAnswer) -> Payload:
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


def read_reply(command: Command, told: Payload) -> CommandReply:
    match command:
        case GetConfiguration():
            return _configuration(told)
        case GetLocalListVersion():
            return replies.of_version(told["listVersion"])
        case GetCompositeSchedule():
            schedule = told.get("chargingSchedule", {})
            return replies.of_schedule(told["status"], schedule.get("chargingSchedulePeriod", ()))
        case GetLogs(kind=LogKind.DIAGNOSTICS):
            return _diagnostics(told.get("fileName", ""))
        case GetLogs():
            return replies.of_status(told["status"], {"file": told.get("filename", "")})
        case UpdateFirmware():
            return CommandReply(outcome=CommandOutcome.ACCEPTED)
        case _:
            return replies.of_status(told["status"])


def _configuration(told: Payload) -> CommandReply:
    values = {entry["key"]: str(entry.get("value", "")) for entry in told.get("configurationKey", [])}
    unknown = ", ".join(told.get("unknownKey", []))
    return CommandReply(
        outcome=CommandOutcome.ACCEPTED, detail=f"unknown: {unknown}" if unknown else "", values=values
    )


def _diagnostics(file_name: str) -> CommandReply:
    """Without a file name there is nothing to upload (§5.2)."""
    if not file_name:
        return CommandReply(outcome=CommandOutcome.REJECTED, detail="nothing to upload")
    return CommandReply(outcome=CommandOutcome.ACCEPTED, values={"file": file_name})
