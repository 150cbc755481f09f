"""Our commands over one connection, and what each makes us expect of the messages that follow it."""

from collections.abc import Callable
from datetime import datetime

from domain.charging.asking import Question
from domain.charging.commands import Command, CommandOutcome, CommandReply, RemoteStart, Reset, TriggerMessage
from domain.charging.tokens import normalised_token
from ocpp_gateway.duties.received_call import KnownStatus, Liveness
from ocpp_gateway.exchange.command_calls import CommandCalls, PendingCall, Reply

_LATER = "Scheduled"
"""2.x B12: once nobody charges."""


class ExpectantCommands:
    """`liveness`, `statuses`: the connection's own, changed in place."""

    __slots__ = ("_calls", "_clock", "_liveness", "_statuses")

    def __init__(
        self,
        calls: CommandCalls,
        liveness: Liveness,
        statuses: dict[int, KnownStatus],
        clock: Callable[[], datetime],
    ) -> None:
        self._calls = calls
        self._liveness = liveness
        self._statuses = statuses
        self._clock = clock

    def pending(self) -> list[PendingCall]:
        return self._calls.pending()

    def settle(self, reply: Reply, charger_id: str) -> None:
        self._calls.settle(reply, charger_id)

    def close(self) -> None:
        self._calls.close()

    async def command(self, command: Command) -> CommandReply:
        """Never raises for a charger's failings: the reply says it."""
        if isinstance(command, RemoteStart):
            return await self._start(command)
        if isinstance(command, Reset):
            return await self._reset(command)
        if isinstance(command, TriggerMessage) and command.message == Question.STATUS:
            self._asks_status(command.connector_number)
        return await self._calls.command(command)

    async def _start(self, command: RemoteStart) -> CommandReply:
        id_tag = normalised_token(command.id_tag)
        self._liveness.send(id_tag, self._clock())
        reply = await self._calls.command(command)
        if reply.outcome is CommandOutcome.REJECTED:
            self._liveness.take_back(id_tag)
        return reply

    async def _reset(self, command: Reset) -> CommandReply:
        number = command.connector_number or 0
        self._liveness.resets(number, self._clock())
        reply = await self._calls.command(command)
        if not reply.outcome.may_take_effect or reply.detail == _LATER:
            self._liveness.goes_on(number)
        return reply

    def _asks_status(self, number: int | None) -> None:
        """The answer is news, though it be the same: it shows what is so now."""
        self._liveness.asks_status(number or 0, self._clock())
        for known in tuple(self._statuses) if number is None else (number,):
            self._statuses.pop(known, None)
