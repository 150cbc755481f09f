"""OCPP 2.x: from replies to our commands to what they mean."""

from domain.charging.asking import GetTransactionStatus
from domain.charging.certificates import GetCertificates
from domain.charging.commands import (
    Command,
    CommandOutcome,
    CommandReply,
    DataTransfer,
    GetCompositeSchedule,
    GetConfiguration,
    GetLogs,
    SetConfiguration,
    SetVariables,
)
from domain.charging.listing import GetLocalListVersion
from ocpp_gateway.wire import certificates, command_outcomes
from ocpp_gateway.wire.version import Payload


def read_reply(command: Command, result: Payload) -> CommandReply:
    match command:
        case GetConfiguration():
            return _configuration(result["getVariableResult"])
        case SetConfiguration():
            return command_outcomes.of_status(result["setVariableResult"][0]["attributeStatus"])
        case SetVariables():
            return _settings(command, result)
        case GetLocalListVersion():
            return command_outcomes.of_version(result["versionNumber"])
        case GetCompositeSchedule():
            return command_outcomes.of_schedule(result["status"], result.get("schedule", {}))
        case GetTransactionStatus():
            said = {"ongoing": result.get("ongoingIndicator"), "queued": result["messagesInQueue"]}
            values = {key: "true" if value else "false" for key, value in said.items() if value is not None}
            return CommandReply(outcome=CommandOutcome.ACCEPTED, values=values)
        case GetLogs():
            return command_outcomes.of_status(result["status"], {"file": result.get("filename", "")})
        case DataTransfer():
            return command_outcomes.of_data(result["status"], result.get("data"))
        case GetCertificates():
            return certificates.of_listed(result)
        case _:
            return command_outcomes.of_status(result["status"])


def _configuration(entries: list[Payload]) -> CommandReply:
    """As in 1.6: what is known, and by name what is not, or is known and not told."""
    values: dict[str, str] = {}
    refused: dict[str, list[str]] = {}
    for entry in entries:
        status = entry["attributeStatus"]
        if status == "Accepted":
            values[_key(entry)] = entry.get("attributeValue", "")
        else:
            word = "unknown" if status.startswith("Unknown") else status
            refused.setdefault(word, []).append(_key(entry))
    detail = "; ".join(f"{word}: {', '.join(keys)}" for word, keys in refused.items())
    return CommandReply(outcome=CommandOutcome.ACCEPTED, detail=detail, values=values)


def _key(entry: Payload) -> str:
    variable = entry["variable"]
    instance = variable.get("instance")
    name = f"{entry['component']['name']}.{variable['name']}"
    return f"{name}[{instance}]" if instance else name


def _settings(command: SetVariables, result: Payload) -> CommandReply:
    """The worst of them speaks for all; which was refused is in the values. Answers come in the order asked (B05)."""
    words = [entry["attributeStatus"] for entry in result["setVariableResult"]]
    values = {one.key: word for one, word in zip(command.settings, words, strict=False)}
    replies = [command_outcomes.of_status(word, values) for word in words]
    return next((reply for reply in replies if reply.outcome is not CommandOutcome.ACCEPTED), replies[0])
