"""OCPP 1.6J as a dialect of the gateway."""

from typing import Any

from domain.charging.commands import Command, CommandReply
from ocpp_gateway.wire.answers import TokenAnswer, TransactionAnswer
from ocpp_gateway.wire.problems import Problem
from ocpp_gateway.wire.v16 import calls as inbound
from ocpp_gateway.wire.v16 import replies as outbound
from ocpp_gateway.wire.v16.commands import write_command
from ocpp_gateway.wire.version import Payload, Said, Translation

_ERROR_CODES = {
    # OCPP-J 1.6 §4.2.3, table 7. `Occurence` is spelled so there.
    Problem.UNREADABLE: "FormationViolation",
    Problem.MESSAGE_TYPE: "ProtocolError",
    Problem.UNKNOWN_ACTION: "NotImplemented",
    Problem.NOT_OURS: "NotSupported",
    Problem.MALFORMED: "FormationViolation",
    Problem.INCOMPLETE: "ProtocolError",
    Problem.OCCURRENCE: "OccurenceConstraintViolation",
    Problem.WRONG_TYPE: "TypeConstraintViolation",
    Problem.WRONG_VALUE: "PropertyConstraintViolation",
    Problem.INTERNAL: "InternalError",
}


class Dialect16(Translation):
    def __init__(self) -> None:
        super().__init__("1.6", inbound.READERS, inbound.NOTED, _ERROR_CODES)

    def write_verdict(self, action: str, answer: TokenAnswer | TransactionAnswer) -> Payload:
        return outbound.write_verdict(action, answer)

    def write_command(self, command: Command) -> Said:
        return write_command(command)

    def read_reply(self, command: Command, told: dict[str, Any]) -> CommandReply:
        return outbound.read_reply(command, told)
