"""OCPP 1.6: from replies to our commands to what they mean."""

from domain.charging.certificates import GetCertificates
from domain.charging.commands import (
    Command,
    CommandOutcome,
    CommandReply,
    DataTransfer,
    GetCompositeSchedule,
    GetConfiguration,
    GetLogs,
    LogKind,
    UpdateFirmware,
)
from domain.charging.listing import GetLocalListVersion
from ocpp_gateway.wire import certificates, command_outcomes
from ocpp_gateway.wire.version import Payload


def read_reply(command: Command, result: Payload) -> CommandReply:
    match command:
        case GetConfiguration():
            return _configuration(result)
        case GetLocalListVersion():
            return command_outcomes.of_version(result["listVersion"])
        case GetCompositeSchedule():
            return command_outcomes.of_schedule(result["status"], result.get("chargingSchedule", {}))
        case GetLogs(kind=LogKind.DIAGNOSTICS):
            return _diagnostics(result.get("fileName", ""))
        case GetLogs():
            return command_outcomes.of_status(result["status"], {"file": result.get("filename", "")})
        case UpdateFirmware(signing_certificate=None):
            return CommandReply(outcome=CommandOutcome.ACCEPTED)
        case DataTransfer():
            return command_outcomes.of_data(result["status"], result.get("data"))
        case GetCertificates():
            return certificates.of_listed(result)
        case _:
            return command_outcomes.of_status(result["status"])


def _configuration(result: Payload) -> CommandReply:
    values = {entry["key"]: str(entry.get("value", "")) for entry in result.get("configurationKey", [])}
    unknown = ", ".join(result.get("unknownKey", []))
    return CommandReply(
        outcome=CommandOutcome.ACCEPTED, detail=f"unknown: {unknown}" if unknown else "", values=values
    )


def _diagnostics(file_name: str) -> CommandReply:
    """Without a file name there is nothing to upload (§5.2)."""
    if not file_name:
        return CommandReply(outcome=CommandOutcome.REJECTED, detail="nothing to upload")
    return CommandReply(outcome=CommandOutcome.ACCEPTED, values={"file": file_name})
