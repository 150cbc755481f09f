"""Our commands over one connection: said in the charger's version, answered, or reported as what became of them."""

from domain.charging.commands import Command, CommandOutcome, CommandReply, ReserveNow
from ocpp_gateway.exchange.command_calls import CallNotSent, CallUnanswered, OutgoingCalls, Reply
from ocpp_gateway.wire.dialect import Dialect, outcome_of_error
from ocpp_gateway.wire.frames import CallResult


async def send_command(calls: OutgoingCalls, dialect: Dialect, command: Command) -> CommandReply:
    """Never raises for a charger's failings: the reply says it."""
    try:
        action, payload = dialect.command(command)
    except ValueError as error:
        return CommandReply(outcome=CommandOutcome.REJECTED, detail=str(error))
    try:
        reply = await calls.call(action, payload)
    except CallNotSent as failure:
        return CommandReply(outcome=CommandOutcome.NOT_CONNECTED, detail=str(failure))
    except CallUnanswered as failure:
        return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail=str(failure))
    return _read(dialect, command, reply)


def _read(dialect: Dialect, command: Command, reply: Reply) -> CommandReply:
    if isinstance(reply, CallResult):
        return dialect.reply(command, reply.payload)
    outcome = outcome_of_error(reply.error_code, reserving=isinstance(command, ReserveNow))
    return CommandReply(outcome=outcome, detail=f"{reply.error_code} {reply.description}".strip()[:500])
