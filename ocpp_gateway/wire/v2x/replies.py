"""OCPP 2.x: from answers to the wire, and from replies to our commands to what they mean."""

from domain.charging.commands import (
    Command,
    CommandOutcome,
    CommandReply,
    GetCompositeSchedule,
    GetConfiguration,
    GetLocalListVersion,
    GetLogs,
    SetConfiguration,
)
from ocpp_gateway.wire import command_outcomes as replies
from ocpp_gateway.wire.answers import TokenAnswer, TransactionAnswer, Verdict
from ocpp_gateway.wire.timestamps import write_time
from ocpp_gateway.wire.v2x.commands import group_token
from ocpp_gateway.wire.version import Payload

_VERDICTS = {
    Verdict.ACCEPTED: "Accepted",
    Verdict.UNKNOWN: "Invalid",
    Verdict.BLOCKED: "Blocked",
    Verdict.NOT_NOW: "NotAtThisTime",
}


def write_verdict(answer: TokenAnswer | TransactionAnswer, *, longest_token: int) -> Payload:
    """`longest_token`: a group that the version cannot carry is left out."""
    token = answer if isinstance(answer, TokenAnswer) else answer.token
    return {} if token is None else {"idTokenInfo": _id_token_info(token, longest_token)}


def _id_token_info(answer: TokenAnswer, longest_token: int) -> Payload:
    info: Payload = {"status": _VERDICTS[answer.verdict]}
    if answer.group_id is not None and len(answer.group_id) <= longest_token:
        info["groupIdToken"] = group_token(answer.group_id)
    if answer.until is not None:
        info["cacheExpiryDateTime"] = write_time(answer.until)
        info["personalMessage"] = {
            "format": "ASCII",
            "language": "en",
            "content": f"Reserved from {answer.until:%H:%M} UTC. Please leave by then.",
        }
    return info


def read_reply(command: Command, told: Payload) -> CommandReply:
    match command:
        case GetConfiguration():
            values = {
                f"{entry['component']['name']}.{entry['variable']['name']}": entry.get("attributeValue", "")
                for entry in told["getVariableResult"]
                if entry["attributeStatus"] == "Accepted"
            }
            return CommandReply(outcome=CommandOutcome.ACCEPTED, values=values)
        case SetConfiguration():
            return replies.of_status(told["setVariableResult"][0]["attributeStatus"])
        case GetLocalListVersion():
            return replies.of_version(told["versionNumber"])
        case GetCompositeSchedule():
            schedule = told.get("schedule", {})
            return replies.of_schedule(told["status"], schedule.get("chargingSchedulePeriod", ()))
        case GetLogs():
            return replies.of_status(told["status"], {"file": told.get("filename", "")})
        case _:
            return replies.of_status(told["status"])
