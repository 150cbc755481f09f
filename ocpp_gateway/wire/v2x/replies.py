"""OCPP 2.x: from replies to our commands to what they mean."""

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
from ocpp_gateway.wire import command_outcomes
from ocpp_gateway.wire.version import Payload


def read_reply(command: Command, result: Payload) -> CommandReply:
    match command:
        case GetConfiguration():
            values = {
                f"{entry['component']['name']}.{entry['variable']['name']}": entry.get("attributeValue", "")
                for entry in result["getVariableResult"]
                if entry["attributeStatus"] == "Accepted"
            }
            return CommandReply(outcome=CommandOutcome.ACCEPTED, values=values)
        case SetConfiguration():
            return command_outcomes.of_status(result["setVariableResult"][0]["attributeStatus"])
        case GetLocalListVersion():
            return command_outcomes.of_version(result["versionNumber"])
        case GetCompositeSchedule():
            schedule = result.get("schedule", {})
            return command_outcomes.of_schedule(result["status"], schedule.get("chargingSchedulePeriod", ()))
        case GetLogs():
            return command_outcomes.of_status(result["status"], {"file": result.get("filename", "")})
        case _:
            return command_outcomes.of_status(result["status"])
