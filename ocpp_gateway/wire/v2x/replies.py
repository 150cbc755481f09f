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
            return command_outcomes.of_status(told["setVariableResult"][0]["attributeStatus"])
        case GetLocalListVersion():
            return command_outcomes.of_version(told["versionNumber"])
        case GetCompositeSchedule():
            schedule = told.get("schedule", {})
            return command_outcomes.of_schedule(told["status"], schedule.get("chargingSchedulePeriod", ()))
        case GetLogs():
            return command_outcomes.of_status(told["status"], {"file": told.get("filename", "")})
        case _:
            return command_outcomes.of_status(told["status"])
