"""OCPP 2.x as a dialect of the gateway; `v201` and `v21` say what is theirs."""

from collections.abc import Mapping

from domain.charging.commands import Command, CommandReply
from ocpp_gateway.wire.answers import TokenAnswer, TransactionAnswer
from ocpp_gateway.wire.problems import Problem
from ocpp_gateway.wire.v2x import calls as inbound
from ocpp_gateway.wire.v2x import replies as outbound
from ocpp_gateway.wire.v2x.commands import write_command
from ocpp_gateway.wire.version import Payload, Reader, Said, Translation

_ERROR_CODES = {
    # OCPP-J 2.0.1 and 2.1, §4.3: table of valid error codes.
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


class Dialect2x(Translation):
    """`readers` and `noted`: served beyond what both versions have. `longest_token`: characters of an idToken."""

    def __init__(
        self,
        version: str,
        *,
        longest_token: int,
        readers: Mapping[str, Reader] | None = None,
        noted: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(version, inbound.READERS | dict(readers or {}), inbound.NOTED | noted, _ERROR_CODES)
        self._longest_token = longest_token

    def write_verdict(self, action: str, answer: TokenAnswer | TransactionAnswer) -> Payload:
        return outbound.write_verdict(answer, longest_token=self._longest_token)

    def write_command(self, command: Command) -> Said:
        return write_command(command)

    def read_reply(self, command: Command, told: Payload) -> CommandReply:
        return outbound.read_reply(command, told)
