"""Our commands over one connection: one call at a time (OCPP-J §4.1.1), answered, timed out or cut off."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import structlog

from domain.charging.commands import Command, CommandOutcome, CommandReply, ReserveNow
from ocpp_gateway.wire.command_outcomes import of_error
from ocpp_gateway.wire.frames import CallError, CallResult, write_call
from ocpp_gateway.wire.unsayable import Unsayable, Why
from ocpp_gateway.wire.version import Version

log = structlog.get_logger(__name__)

LONGEST_QUEUE = 32

Reply = CallResult | CallError


class PendingCall(NamedTuple):
    """`sent` False: it waits for its turn."""

    action: str
    since: datetime
    sent: bool


class CallNotSent(Exception):
    """The charger never saw the call: the connection was gone, or too many calls were waiting."""

    code = "call_not_sent"


class CallUnanswered(Exception):
    """The call was sent and no answer came: nobody knows what became of it."""

    code = "call_unanswered"


class CommandCalls:
    """`send` returns False when the connection is closing and the call was not sent. `read`: what an answer means."""

    def __init__(
        self,
        version: Version,
        send: Callable[[bytes], bool],
        read: Callable[[Command, bytes], CommandReply],
        timeout_s: float,
    ) -> None:
        self._version = version
        self._send = send
        self._read = read
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()
        self._asked: list[PendingCall] = []
        self._closed = False
        self._pending: tuple[str, asyncio.Future[Reply]] | None = None

    def pending(self) -> list[PendingCall]:
        """Calls without an answer, oldest first."""
        return [
            call._replace(sent=n == 0 and self._pending is not None) for n, call in enumerate(self._asked)
        ]

    async def command(self, command: Command) -> CommandReply:
        """Say it in the charger's version. Never raises for a charger's failings: the reply says it."""
        try:
            action, payload = self._version.write_command(command)
        except Unsayable as error:
            unknown = error.code is Why.NOT_IN_VERSION
            outcome = CommandOutcome.NOT_SUPPORTED if unknown else CommandOutcome.REJECTED
            return CommandReply(outcome=outcome, detail=str(error), code=error.code)
        try:
            reply = await self._call(action, payload)
        except CallNotSent as failure:
            return CommandReply(outcome=CommandOutcome.NOT_CONNECTED, detail=str(failure))
        except CallUnanswered as failure:
            return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail=str(failure))
        if isinstance(reply, CallResult):
            return self._read(command, reply.payload)
        return of_error(reply.error_code, reply.description, reserving=isinstance(command, ReserveNow))

    async def _call(self, action: str, payload: dict[str, Any]) -> Reply:
        """Raises CallNotSent or CallUnanswered."""
        if len(self._asked) >= LONGEST_QUEUE:
            raise CallNotSent("too many commands are waiting for this charger")
        asked = PendingCall(action, datetime.now(UTC), sent=False)
        self._asked.append(asked)
        try:
            await self._take_turn()
            try:
                return await self._exchange(action, payload)
            finally:
                self._turn.release()
        finally:
            self._asked.remove(asked)

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._turn.acquire()
        except TimeoutError as error:
            raise CallNotSent("earlier commands are still unanswered") from error

    async def _exchange(self, action: str, payload: dict[str, Any]) -> Reply:
        message_id = uuid.uuid4().hex
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        if self._closed or not self._send(write_call(message_id, action, payload)):
            raise CallNotSent("the connection is gone")
        self._pending = (message_id, future)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await future
        except TimeoutError as error:
            raise CallUnanswered(f"no answer within {self._timeout_s:g} s") from error
        finally:
            self._pending = None

    def settle(self, reply: Reply, charger_id: str) -> None:
        """An answer arrived. Late ones, second ones and answers to nothing are only logged."""
        if self._pending is None or self._pending[0] != reply.message_id or self._pending[1].done():
            log.info("reply_to_nothing", charger=charger_id, message_id=reply.message_id)
            return
        self._pending[1].set_result(reply)

    def close(self) -> None:
        """The connection is gone: whoever waits learns it at once."""
        self._closed = True
        if self._pending is not None and not self._pending[1].done():
            self._pending[1].set_exception(CallUnanswered("the connection closed before the answer"))
