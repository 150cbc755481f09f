"""OCPP 1.6: from answers and commands to the wire, and the replies back."""

from typing import Any

from domain.charging import CommandOutcome
from domain.commands import (
    CancelReservation,
    ChangeAvailability,
    Command,
    CommandReply,
    GetConfiguration,
    RemoteStart,
    RemoteStop,
    ReserveNow,
    Reset,
    SetConfiguration,
    TriggerMessage,
    UnlockConnector,
)
from ocpp_gateway.answers import (
    Acknowledged,
    Answer,
    BootAnswer,
    TimeAnswer,
    TokenAnswer,
    TransactionAnswer,
    UnknownVendor,
    Verdict,
)
from ocpp_gateway.times import write_time

Payload = dict[str, Any]

_Maintenance = (
    Reset | ChangeAvailability | UnlockConnector | TriggerMessage | GetConfiguration | SetConfiguration
)
_VERDICTS = {
    Verdict.ACCEPTED: "Accepted",
    Verdict.UNKNOWN: "Invalid",
    Verdict.BLOCKED: "Blocked",
    # 1.6 has no word for "not now": Blocked is known but not allowed for charging (§7.2).
    Verdict.NOT_NOW: "Blocked",
}
OUTCOMES = {
    "Accepted": CommandOutcome.ACCEPTED,
    "Scheduled": CommandOutcome.ACCEPTED,
    "RebootRequired": CommandOutcome.ACCEPTED,
    "Unlocked": CommandOutcome.ACCEPTED,
    "Rejected": CommandOutcome.REJECTED,
    "UnlockFailed": CommandOutcome.REJECTED,
    "Occupied": CommandOutcome.OCCUPIED,
    "Faulted": CommandOutcome.FAULTED,
    "Unavailable": CommandOutcome.UNAVAILABLE,
    "NotSupported": CommandOutcome.NOT_SUPPORTED,
    "NotImplemented": CommandOutcome.NOT_SUPPORTED,
}


def write_answer(action: str, answer: Answer) -> Payload:
    match answer:
        case BootAnswer():
            return {
                "status": "Accepted",
                "currentTime": write_time(answer.now),
                "interval": answer.interval_s,
            }
        case TimeAnswer():
            return {"currentTime": write_time(answer.now)}
        case TokenAnswer():
            return {"idTagInfo": _id_tag_info(answer)}
        case TransactionAnswer():
            return _transaction(action, answer)
        case UnknownVendor():
            return {"status": "UnknownVendorId"}
        case Acknowledged():
            return {}


def _transaction(action: str, answer: TransactionAnswer) -> Payload:
    written: Payload = {} if action == "StopTransaction" else {"transactionId": answer.number}
    if answer.token is not None:
        written["idTagInfo"] = _id_tag_info(answer.token)
    return written


def _id_tag_info(answer: TokenAnswer) -> Payload:
    info = {"status": _VERDICTS[answer.verdict]}
    if answer.group_id is not None and len(answer.group_id) <= 20:
        info["parentIdTag"] = answer.group_id
    return info


def write_command(command: Command) -> tuple[str, Payload]:
    """Raises ValueError for a transaction id that 1.6 cannot carry."""
    match command:
        case ReserveNow():
            payload: Payload = {
                "connectorId": command.connector_number,
                "expiryDate": write_time(command.expires_at),
                "idTag": command.id_tag,
                "reservationId": command.hold_id,
            }
            if command.parent_id_tag is not None:
                payload["parentIdTag"] = command.parent_id_tag
            return "ReserveNow", payload
        case CancelReservation():
            return "CancelReservation", {"reservationId": command.hold_id}
        case RemoteStart():
            return "RemoteStartTransaction", {
                "connectorId": command.connector_number,
                "idTag": command.id_tag,
            }
        case RemoteStop():
            return "RemoteStopTransaction", {"transactionId": int(command.transaction_id)}
        case _:
            return _write_maintenance(command)


def _write_maintenance(command: _Maintenance) -> tuple[str, Payload]:
    match command:
        case Reset():
            return "Reset", {"type": "Hard" if command.hard else "Soft"}
        case ChangeAvailability():
            kind = "Operative" if command.operative else "Inoperative"
            return "ChangeAvailability", {"connectorId": command.connector_number, "type": kind}
        case UnlockConnector():
            return "UnlockConnector", {"connectorId": command.connector_number}
        case TriggerMessage():
            payload: Payload = {"requestedMessage": command.message}
            if command.connector_number is not None:
                payload["connectorId"] = command.connector_number
            return "TriggerMessage", payload
        case GetConfiguration():
            return "GetConfiguration", {"key": list(command.keys)} if command.keys else {}
        case SetConfiguration():
            return "ChangeConfiguration", {"key": command.key, "value": command.value}


def read_reply(command: Command, told: Payload) -> CommandReply:
    """`told` is valid against the schema of the command's answer."""
    if isinstance(command, GetConfiguration):
        values = {entry["key"]: str(entry.get("value", "")) for entry in told.get("configurationKey", [])}
        unknown = ", ".join(told.get("unknownKey", []))
        return CommandReply(
            outcome=CommandOutcome.ACCEPTED, detail=f"unknown: {unknown}" if unknown else "", values=values
        )
    status = str(told["status"])
    return CommandReply(outcome=OUTCOMES.get(status, CommandOutcome.REJECTED), detail=status)
