"""One charger's connection: reads its frames in order, answers each after its effects are committed.

Frames are handled one after the other, so a charger can neither overtake itself nor fill our memory. Replies to
our own calls come through the same reader, which never waits for one of them.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from domain.charging import CommandOutcome
from domain.commands import Command, CommandReply, ReserveNow
from ocpp_gateway.behaviour import Behaviour
from ocpp_gateway.dialect import Dialect, outcome_of_error
from ocpp_gateway.frames import (
    Call,
    CallError,
    CallResult,
    UnreadableFrame,
    read_frame,
    write_error,
    write_result,
)
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.outgoing import CallNotSent, CallUnanswered, OutgoingCalls
from ocpp_gateway.problems import OcppProblem, Problem
from ocpp_gateway.visit import Outcome, Told, Visit

log = structlog.get_logger(__name__)

_REMEMBERED_ANSWERS = 16
_NEVER_REMEMBERED = "Heartbeat"
"""Chargers set their clocks by it: an old answer would be a wrong time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionHooks:
    """What the connection reports to its surroundings.

    `arrived`: before the first call is handled. `events`: something waits to be delivered. `refused`: a
    transaction to stop, after the charger was answered. `check_refused`: look for such transactions.
    """

    arrived: Callable[["ChargerConnection"], Awaitable[None]]
    events: Callable[[], None]
    refused: Callable[["ChargerConnection", str], None]
    check_refused: Callable[["ChargerConnection"], None]


class ChargerConnection:
    def __init__(
        self,
        socket: ServerConnection,
        *,
        charger_id: str,
        epoch: int,
        dialect: Dialect,
        behaviour: Behaviour,
        hooks: ConnectionHooks,
        metrics: GatewayMetrics,
        call_timeout_s: float,
    ) -> None:
        self.charger_id = charger_id
        self.epoch = epoch
        self.last_seen_at = datetime.now(UTC)
        self._socket = socket
        self._dialect = dialect
        self._behaviour = behaviour
        self._hooks = hooks
        self._metrics = metrics
        self._calls = OutgoingCalls(socket.send, call_timeout_s)
        self._statuses: dict[int, Told] = {}
        self._answered: OrderedDict[str, tuple[int, str]] = OrderedDict()
        self._arrived = False

    async def run(self) -> None:
        """Serve the charger until its socket closes, for whatever reason."""
        try:
            async for raw in self._socket:
                self.last_seen_at = datetime.now(UTC)
                await self._receive(raw)
        except ConnectionClosed:
            pass  # no close frame: for us just another way to leave
        finally:
            self._calls.close()

    async def close(self, code: int, reason: str) -> None:
        self._calls.close()
        await self._socket.close(code, reason)

    # -- their calls --------------------------------------------------------------------------------------
    async def _receive(self, raw: str | bytes) -> None:
        try:
            frame = read_frame(raw)
        except UnreadableFrame as fault:
            log.info("frame_unreadable", charger=self.charger_id, code=fault.code)
            self._metrics.calls.labels("unreadable", fault.code).inc()
            if fault.answerable:
                await self._send_error(fault.message_id, fault)
            return
        if isinstance(frame, Call):
            await self._answer(frame)
        else:
            self._calls.settle(frame, self.charger_id)

    async def _answer(self, call: Call) -> None:
        digest = hash((call.action, call.payload))
        before = self._answered.get(call.message_id)
        if before is not None and before[0] == digest:
            await self._socket.send(before[1])
            return
        started = time.perf_counter()
        try:
            await self._arrive()
            outcome = await self._handle(call)
        except OcppProblem as fault:
            self._count(call, fault.code)
            await self._send_error(call.message_id, fault)
            return
        except Exception:
            log.exception("handler_failed", charger=self.charger_id, action=call.action)
            self._count(call, Problem.INTERNAL.value)
            await self._send_error(call.message_id, OcppProblem(Problem.INTERNAL, "please try again"))
            return
        answer = write_result(call.message_id, self._dialect.write(call.action, outcome.answer))
        self._remember(call, digest, answer)
        self._count(call, "answered")
        await self._conclude(outcome, answer)
        self._metrics.call_seconds.observe(time.perf_counter() - started)

    async def _arrive(self) -> None:
        if not self._arrived:
            await self._hooks.arrived(self)
            self._arrived = True

    async def _handle(self, call: Call) -> Outcome:
        now = self.last_seen_at
        report = self._dialect.read(call.action, call.payload, now)
        visit = Visit(
            charger_id=self.charger_id,
            epoch=self.epoch,
            message_id=call.message_id,
            received_at=now,
            statuses=self._statuses,
        )
        return await self._behaviour.handle(visit, report)

    async def _conclude(self, outcome: Outcome, answer: str) -> None:
        """It is committed: remember, wake the relay, answer, and then stop what must not run."""
        self._statuses.update(outcome.statuses)
        if outcome.events:
            self._hooks.events()
        await self._socket.send(answer)
        if outcome.refused_transaction is not None:
            self._hooks.refused(self, outcome.refused_transaction)
        if outcome.check_refused:
            self._hooks.check_refused(self)

    async def _send_error(self, message_id: str, fault: OcppProblem) -> None:
        code = self._dialect.error_code(fault.problem)
        await self._socket.send(write_error(message_id, code, fault.description))

    def _remember(self, call: Call, digest: int, answer: str) -> None:
        if call.action == _NEVER_REMEMBERED:
            return
        self._answered[call.message_id] = (digest, answer)
        self._answered.move_to_end(call.message_id)
        if len(self._answered) > _REMEMBERED_ANSWERS:
            self._answered.popitem(last=False)

    def _count(self, call: Call, result: str) -> None:
        unknown = result in (Problem.UNKNOWN_ACTION, Problem.NOT_OURS)
        self._metrics.calls.labels("unknown" if unknown else call.action, result).inc()

    # -- our commands -------------------------------------------------------------------------------------
    async def command(self, command: Command) -> CommandReply:
        """Send a command. Never raises for a charger's failings: the reply says it."""
        try:
            action, payload = self._dialect.command(command)
        except ValueError as error:
            return CommandReply(outcome=CommandOutcome.REJECTED, detail=str(error))
        started = time.perf_counter()
        try:
            reply = await self._calls.call(action, payload)
        except CallNotSent as failure:
            return CommandReply(outcome=CommandOutcome.NOT_CONNECTED, detail=str(failure))
        except CallUnanswered as failure:
            return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail=str(failure))
        self._metrics.command_seconds.observe(time.perf_counter() - started)
        return self._read_reply(command, reply)

    def _read_reply(self, command: Command, reply: CallResult | CallError) -> CommandReply:
        if isinstance(reply, CallResult):
            return self._dialect.reply(command, reply.payload)
        outcome = outcome_of_error(reply.error_code, reserving=isinstance(command, ReserveNow))
        return CommandReply(outcome=outcome, detail=f"{reply.error_code} {reply.description}".strip()[:500])
