"""What the gateway asks of a protocol version: only to translate between the wire and the domain's words."""

from datetime import datetime
from typing import Any, Protocol

from domain.charging.commands import Command, CommandOutcome, CommandReply
from ocpp_gateway.wire.answers import Answer
from ocpp_gateway.wire.problems import Problem
from ocpp_gateway.wire.reports import Report

Payload = dict[str, Any]


class Dialect(Protocol):
    @property
    def subprotocol(self) -> str:
        """As negotiated, e.g. `ocpp1.6`."""
        ...

    def read(self, action: str, payload: bytes, received_at: datetime) -> Report:
        """Translate a CALL's payload. Raises OcppProblem."""
        ...

    def write(self, action: str, answer: Answer) -> Payload:
        """The payload of the CALLRESULT for a call of `action`."""
        ...

    def error_code(self, problem: Problem) -> str:
        """The OCPP error code of this version."""
        ...

    def command(self, command: Command) -> tuple[str, Payload]:
        """Action and payload. Raises ValueError when the command cannot be said in this version."""
        ...

    def reply(self, command: Command, payload: bytes) -> CommandReply:
        """Translate a CALLRESULT; one that breaks its schema is NO_RESPONSE: nobody knows what happened."""
        ...


def outcome_of_error(error_code: str, *, reserving: bool) -> CommandOutcome:
    """What a CALLERROR to a command means.

    Chargers without the Reservation profile answer ReserveNow in several ways, FormationViolation among them.
    """
    unsupported = {"NotSupported", "NotImplemented"}
    if reserving:
        unsupported |= {"FormationViolation", "FormatViolation"}
    return CommandOutcome.NOT_SUPPORTED if error_code in unsupported else CommandOutcome.REJECTED
