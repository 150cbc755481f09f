"""OCPP 2.0.1: from answers and commands to the wire, and the replies back."""

from typing import Any

from domain.charging import CommandOutcome, TokenKind
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
    Verdict.NOT_NOW: "NotAtThisTime",
}
OUTCOMES = {
    "Accepted": CommandOutcome.ACCEPTED,
    "Scheduled": CommandOutcome.ACCEPTED,
    "RebootRequired": CommandOutcome.ACCEPTED,
    "Unlocked": CommandOutcome.ACCEPTED,
    "Rejected": CommandOutcome.REJECTED,
    "UnlockFailed": CommandOutcome.REJECTED,
    "OngoingAuthorizedTransaction": CommandOutcome.OCCUPIED,
    "UnknownConnector": CommandOutcome.REJECTED,
    "Occupied": CommandOutcome.OCCUPIED,
    "Faulted": CommandOutcome.FAULTED,
    "Unavailable": CommandOutcome.UNAVAILABLE,
    "NotImplemented": CommandOutcome.NOT_SUPPORTED,
    "NotSupportedAttributeType": CommandOutcome.NOT_SUPPORTED,
}
_INTERESTING_VARIABLES = (
    "ReservationCtrlr.Available",
    "ReservationCtrlr.Enabled",
    "ReservationCtrlr.NonEvseSpecific",
    "OCPPCommCtrlr.HeartbeatInterval",
)
"""Asked for when nobody says what to ask for: GetVariables has no "all" (B06)."""
_CONNECTOR_OF_EVSE = 1
_WITH_CONNECTOR = {"StatusNotification"}


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
            return {"idTokenInfo": _id_token_info(answer)}
        case TransactionAnswer():
            return {} if answer.token is None else {"idTokenInfo": _id_token_info(answer.token)}
        case UnknownVendor():
            return {"status": "UnknownVendorId"}
        case Acknowledged():
            return {}


def _id_token_info(answer: TokenAnswer) -> Payload:
    info: Payload = {"status": _VERDICTS[answer.verdict]}
    if answer.group_id is not None and len(answer.group_id) <= 36:
        info["groupIdToken"] = {"idToken": answer.group_id, "type": "Central"}
    return info


def id_token(tag: str, kind: TokenKind) -> Payload:
    """IdTokenType: stations compare the type too (H03), so cards say ISO14443, our own credentials Central."""
    return {"idToken": tag, "type": "Central" if kind is TokenKind.APP else "ISO14443"}


def write_command(command: Command) -> tuple[str, Payload]:
    """Raises ValueError for a configuration key that is not `Component.Variable`."""
    match command:
        case ReserveNow():
            return "ReserveNow", _reserve_now(command)
        case CancelReservation():
            return "CancelReservation", {"reservationId": command.hold_id}
        case RemoteStart():
            return "RequestStartTransaction", {
                "evseId": command.connector_number,
                "idToken": id_token(command.id_tag, command.token_kind),
                "remoteStartId": command.remote_start_id,
            }
        case RemoteStop():
            return "RequestStopTransaction", {"transactionId": command.transaction_id}
        case _:
            return _write_maintenance(command)


def _reserve_now(command: ReserveNow) -> Payload:
    payload: Payload = {
        "id": command.hold_id,
        "expiryDateTime": write_time(command.expires_at),
        "idToken": id_token(command.id_tag, command.token_kind),
    }
    if command.connector_number:
        payload["evseId"] = command.connector_number
    if command.parent_id_tag is not None:
        payload["groupIdToken"] = {"idToken": command.parent_id_tag, "type": "Central"}
    return payload


def _write_maintenance(command: _Maintenance) -> tuple[str, Payload]:
    match command:
        case Reset():
            return "Reset", {"type": "Immediate" if command.hard else "OnIdle"}
        case ChangeAvailability():
            payload: Payload = {"operationalStatus": "Operative" if command.operative else "Inoperative"}
            if command.connector_number:
                payload["evse"] = {"id": command.connector_number}
            return "ChangeAvailability", payload
        case UnlockConnector():
            return "UnlockConnector", {
                "evseId": command.connector_number,
                "connectorId": _CONNECTOR_OF_EVSE,
            }
        case TriggerMessage():
            return "TriggerMessage", _trigger(command)
        case GetConfiguration():
            wanted = [_variable(key) for key in command.keys or _INTERESTING_VARIABLES]
            return "GetVariables", {"getVariableData": wanted}
        case SetConfiguration():
            entry = {**_variable(command.key), "attributeValue": command.value}
            return "SetVariables", {"setVariableData": [entry]}


def _trigger(command: TriggerMessage) -> Payload:
    payload: Payload = {"requestedMessage": command.message}
    if command.connector_number:
        payload["evse"] = {"id": command.connector_number}
        if command.message in _WITH_CONNECTOR:
            payload["evse"]["connectorId"] = _CONNECTOR_OF_EVSE  # F06.FR.12
    return payload


def _variable(key: str) -> Payload:
    component, dot, variable = key.partition(".")
    if not (component and dot and variable):
        raise ValueError("a 2.x key is written Component.Variable")
    return {"component": {"name": component}, "variable": {"name": variable}}


def read_reply(command: Command, told: Payload) -> CommandReply:
    """`told` is valid against the schema of the command's answer."""
    match command:
        case GetConfiguration():
            values = {
                f"{entry['component']['name']}.{entry['variable']['name']}": entry.get("attributeValue", "")
                for entry in told["getVariableResult"]
                if entry["attributeStatus"] == "Accepted"
            }
            return CommandReply(outcome=CommandOutcome.ACCEPTED, values=values)
        case SetConfiguration():
            return _outcome(str(told["setVariableResult"][0]["attributeStatus"]))
        case _:
            return _outcome(str(told["status"]))


def _outcome(status: str) -> CommandReply:
    return CommandReply(outcome=OUTCOMES.get(status, CommandOutcome.REJECTED), detail=status)
