"""OCPP 2.0.1 as a dialect of the gateway."""

from datetime import datetime
from typing import Any

from domain.charging import CommandOutcome
from domain.commands import Command, CommandReply
from ocpp_gateway import schemas
from ocpp_gateway.answers import Answer
from ocpp_gateway.problems import OcppProblem, Problem
from ocpp_gateway.reports import Report
from ocpp_gateway.v201 import inbound, outbound

_ERROR_CODES = {
    # OCPP-J 2.0.1 §4.3, table 11.
    Problem.UNREADABLE: "RpcFrameworkError",
    Problem.MESSAGE_TYPE: "MessageTypeNotSupported",
    Problem.UNKNOWN_ACTION: "NotImplemented",
    Problem.NOT_OURS: "NotSupported",
    Problem.MALFORMED: "FormatViolation",
    Problem.INCOMPLETE: "OccurrenceConstraintViolation",
    Problem.OCCURRENCE: "OccurrenceConstraintViolation",
    Problem.WRONG_TYPE: "TypeConstraintViolation",
    Problem.WRONG_VALUE: "PropertyConstraintViolation",
    Problem.INTERNAL: "InternalError",
}


class Dialect201:
    subprotocol = "ocpp2.0.1"

    def read(self, action: str, payload: bytes, received_at: datetime) -> Report:
        return inbound.read(action, payload, received_at)

    def write(self, action: str, answer: Answer) -> dict[str, Any]:
        return outbound.write_answer(action, answer)

    def error_code(self, problem: Problem) -> str:
        return _ERROR_CODES[problem]

    def command(self, command: Command) -> tuple[str, dict[str, Any]]:
        return outbound.write_command(command)

    def reply(self, command: Command, payload: bytes) -> CommandReply:
        action, _ = outbound.write_command(command)
        try:
            told = schemas.decode_result(inbound.VERSION, action, payload)
        except OcppProblem as fault:
            return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail=fault.description)
        return outbound.read_reply(command, told)
