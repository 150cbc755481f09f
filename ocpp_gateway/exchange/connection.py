"""One charger's connection: takes its messages in order, answers each after its effects are committed.

Nothing here waits. A message is read, and either answered at once or handed to a lane that calls back after its
commit; meanwhile further calls wait their turn, few enough to hold, and then the socket is read no further.
Replies to our own calls do not wait behind them: a charger may ask us something before it answers.
"""

import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

import structlog
from websockets.protocol import State

from domain.charging.commands import Command, CommandReply
from ocpp_gateway.duties.event_times import told_of_the_present
from ocpp_gateway.duties.received_call import KnownStatus, Liveness, Outcome, ReceivedCall
from ocpp_gateway.duties.report_handler import ReportHandler
from ocpp_gateway.exchange.command_calls import CommandCalls, PendingCall
from ocpp_gateway.exchange.expectant_commands import ExpectantCommands
from ocpp_gateway.exchange.follow_ups import FollowUps
from ocpp_gateway.exchange.hearing import Hearing
from ocpp_gateway.exchange.message_budget import MessageBudget
from ocpp_gateway.exchange.repeated_calls import RepeatedCalls
from ocpp_gateway.exchange.traffic import TrafficLog
from ocpp_gateway.exchange.websocket import ChargerSocket, Pause
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.storage.leases import Lease
from ocpp_gateway.wire.answers import Answer
from ocpp_gateway.wire.frames import (
    Call,
    OneWay,
    UnreadableFrame,
    binary_frame,
    too_long,
    write_error,
    write_result,
)
from ocpp_gateway.wire.problems import MessageProblem, OcppProblem
from ocpp_gateway.wire.reports import MeterReported, TransactionReported
from ocpp_gateway.wire.skimming import Skim, is_text
from ocpp_gateway.wire.version import Version

log = structlog.get_logger(__name__)

LONGEST_BACKLOG = 32
"""OCPP-J §4.1.1 lets a charger have one call outstanding; some send Boot and statuses at once."""


class _Underway(NamedTuple):
    """The call whose effects are being committed."""

    call: Call
    started: float


class ChargerConnection:
    __slots__ = (
        "_budget", "_clock", "_commands", "_follow_ups", "_hearing", "_liveness", "_metrics", "_over", "_repeated",
        "_report_handler",
        "_socket", "_statuses", "_underway", "_version", "_waiting", "charger_id", "epoch", "last_seen_at", "traffic",
    )  # fmt: skip

    def __init__(
        self,
        socket: ChargerSocket,
        *,
        charger_id: str,
        lease: Lease,
        version: Version,
        report_handler: ReportHandler,
        follow_ups: FollowUps,
        metrics: GatewayMetrics,
        budget: MessageBudget,
        call_timeout_s: float,
        hearing: Hearing,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        self.charger_id = charger_id
        self.epoch = lease.epoch
        self.last_seen_at = clock()
        self._liveness = Liveness(lease.presence)
        self.traffic = TrafficLog()
        self._socket = socket
        self._version = version
        self._report_handler = report_handler
        self._follow_ups = follow_ups
        self._metrics = metrics
        self._budget = budget
        self._statuses: dict[int, KnownStatus] = {}
        read = partial(hearing.reply, version, charger_id)
        calls = CommandCalls(version, self._send_call, read, call_timeout_s)
        self._commands = ExpectantCommands(calls, self._liveness, self._statuses, clock)
        self._over = False
        self._underway: _Underway | None = None
        self._waiting: deque[Call] | None = None
        self._repeated = RepeatedCalls()
        self._hearing = hearing

    @property
    def socket(self) -> ChargerSocket:
        return self._socket

    @property
    def waiting(self) -> int:
        """Calls of the charger that wait for the one before them."""
        return len(self._waiting or ())

    @property
    def is_open(self) -> bool:
        return self._socket.state is State.OPEN

    @property
    def clock_offset(self) -> timedelta:
        """What has to be added to its clock."""
        return self._liveness.presence.offset

    @property
    def version(self) -> Version:
        return self._version

    async def run(self) -> None:
        """Serve the charger until its socket closes, for whatever reason."""
        self._socket.attach(self)
        try:
            await self._socket.wait_closed()
        finally:
            self._over = True
            self._socket.detach()
            self._commands.close()

    async def close(self, code: int, reason: str) -> None:
        self._over = True
        self._commands.close()
        await self._socket.close(code, reason)

    # -- their calls --------------------------------------------------------------------------------------
    def receive(self, message: bytes, *, cut_from: int = 0) -> None:
        """Handle one message. Raises nothing: what is wrong is answered. `cut_from`: its length, if it was cut."""
        self.last_seen_at = now = self._clock()
        started = time.perf_counter()
        self._spend(started)
        try:
            frame, message = self._hearing.frame(self._version, self.charger_id, message, now, cut_from)
        except UnreadableFrame as fault:
            self._answer_unreadable(fault, message)
            return
        if not isinstance(frame, Call):
            self.traffic.heard(now, "", message)
            if not isinstance(frame, OneWay):
                self._commands.settle(frame, self.charger_id)
            return
        self.traffic.heard(now, frame.action, message)
        if self._underway is None and not self._waiting:
            self._answer(frame, now, started)
        else:
            self._wait(frame)

    def receive_long(self, message: Skim) -> None:
        """A message too long to be kept: as if its list had fewer items, else it is refused, and not for ever sent."""
        joined = message.joined()
        if joined is not None and is_text(joined):
            self.receive(joined, cut_from=message.size)
            return
        self.last_seen_at = self._clock()
        self._spend(time.perf_counter())
        self._answer_unreadable(too_long(message.call_id), b"")

    def count_frame(self) -> None:
        self._spend(time.perf_counter())

    def _spend(self, now: float) -> None:
        pause_s = self._budget.take(now)
        if pause_s:
            self._socket.pause_for(pause_s, Pause.TOO_FAST)

    def receive_binary(self) -> None:
        self._answer_unreadable(binary_frame(), b"")

    def _answer_unreadable(self, fault: UnreadableFrame, message: bytes) -> None:
        log.info("frame_unreadable", charger=self.charger_id, code=fault.code)
        self._metrics.unreadable(fault.code)
        self.traffic.heard(self.last_seen_at, "", message)
        if fault.answerable:
            self._send_error("", fault.message_id, fault)

    def _wait(self, call: Call) -> None:
        waiting = self._waiting
        if waiting is None:
            waiting = self._waiting = deque()
        first = self._underway
        if (first is not None and first.call == call) or call in waiting:
            return  # re-sent by an impatient charger: the first one's answer is its answer, too
        waiting.append(call)
        if len(waiting) >= LONGEST_BACKLOG:
            self._socket.pause(Pause.BACKLOG)

    def _go_on(self) -> None:
        while self._waiting and self._underway is None:
            self._answer(self._waiting.popleft(), self._clock(), time.perf_counter())
        if not self._waiting:
            self._waiting = None
            self._socket.resume(Pause.BACKLOG)

    def _answer(self, call: Call, now: datetime, started: float) -> None:
        try:
            report = self._hearing.report(self._version, self.charger_id, call, now)
            answer = self._report_handler.immediate(self._statuses, report, now)
            if answer is not None:
                self._reply(call, answer, started)
                return
            before = self._repeated.answer_to(call, started)
            if before is not None:
                self._send(call.action, before)
                return
            told = told_of_the_present(report, self._liveness, self._statuses, now)
            if told is not None:
                self._liveness.read_clock(told, now)
            if self._over and not isinstance(report, TransactionReported | MeterReported):
                return  # nobody can be told, and by now a newer connection may have said something else
            received = ReceivedCall(
                charger_id=self.charger_id,
                epoch=self.epoch,
                message_id=call.message_id,
                at=now,
                statuses=self._statuses,
                liveness=self._liveness,
            )
            self._underway = _Underway(call, started)
            self._report_handler.submit(received, report, self._done)
        except OcppProblem as fault:
            self._refuse(call, fault, started)
        except Exception:
            self._underway = None
            log.exception("handler_failed", charger=self.charger_id, action=call.action)
            self._refuse(call, OcppProblem(MessageProblem.INTERNAL, "please try again"), started)

    def _done(self, result: Outcome | BaseException) -> None:
        """It is committed: remember, answer, wake the relay, and then stop what must not run."""
        underway, self._underway = self._underway, None
        if underway is None:
            return
        try:
            self._answer_committed(underway, result)
        except Exception:
            log.exception("answer_failed", charger=self.charger_id, action=underway.call.action)
        finally:
            self._go_on()

    def _answer_committed(self, underway: _Underway, result: Outcome | BaseException) -> None:
        call = underway.call
        if isinstance(result, BaseException):
            log.error("message_not_handled", charger=self.charger_id, action=call.action, error=repr(result))
            fault = result if isinstance(result, OcppProblem) else None
            self._refuse(
                call, fault or OcppProblem(MessageProblem.INTERNAL, "please try again"), underway.started
            )
            return
        if result.booted or result.statuses_doubted:
            self._statuses.clear()  # what it shows from now on is news, though it be the same
        self._statuses.update(result.statuses)
        answer = self._reply(call, result.answer, underway.started)
        self._repeated.remember(call, answer, underway.started)
        self._follow_ups.of(self, result)

    def _reply(self, call: Call, answer: Answer, started: float) -> bytes:
        written = write_result(call.message_id, self._version.write_answer(call.action, answer))
        self._send(call.action, written)
        self._metrics.answered(call.action, "answered", time.perf_counter() - started)
        return written

    def _refuse(self, call: Call, fault: OcppProblem, started: float) -> None:
        unknown = fault.problem in (MessageProblem.UNKNOWN_ACTION, MessageProblem.NOT_OURS)
        action = "unknown" if unknown else call.action
        self._metrics.answered(action, fault.code, time.perf_counter() - started)
        self._send_error(call.action, call.message_id, fault)

    def _send_error(self, action: str, message_id: str, fault: OcppProblem) -> None:
        code = self._version.error_code(fault.problem)
        self._send(action, write_error(message_id, code, fault.description))

    def _send(self, action: str, frame: bytes) -> bool:
        self.traffic.said(self.last_seen_at, action, frame)
        return self._socket.send_text(frame)

    # -- our commands -------------------------------------------------------------------------------------
    def pending(self) -> list[PendingCall]:
        """Commands that the charger has not answered."""
        return self._commands.pending()

    async def command(self, command: Command) -> CommandReply:
        """Send a command. Never raises for a charger's failings: the reply says it."""
        return await self._commands.command(command)

    def _send_call(self, frame: bytes) -> bool:
        return self._send("", frame)
