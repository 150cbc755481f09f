"""One OCPP-J connection at a time: framing, numbering, matching answers to calls, and the reply knobs."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from ocpp.messages import get_validator  # type: ignore[import-untyped]  # it ships no py.typed
from websockets.exceptions import ConnectionClosed

from simulator.charge_point.dialling import Address, Connect, Socket
from simulator.charge_point.knobs import Misbehaviour
from simulator.charge_point.messages import (
    CALL,
    CALL_ERROR,
    CALL_RESULT,
    CallRefusedError,
    CallTimeoutError,
    CommandRefusedError,
    Message,
    NotConnectedError,
    Payload,
    encode,
    read_frame,
)
from simulator.charge_point.times import Time
from simulator.charge_point.transcript import Transcript

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Reply:
    """A command's answer, and what the charger does once it is sent (or dropped)."""

    payload: Payload
    after: Callable[[], Awaitable[None]] | None = None


CommandHandler = Callable[[str, Payload], Awaitable[Reply]]


async def _know_nothing(action: str, payload: Payload) -> Reply:
    raise CommandRefusedError("NotImplemented", f"{action} is not implemented")


class Link:
    """The charger's end of the socket. Own calls go one at a time (OCPP-J §4.1.1); the CSMS's calls are
    each served in a task of their own, so they are answered while an own call is pending."""

    def __init__(
        self,
        address: Address,
        transcript: Transcript,
        knobs: Misbehaviour,
        call_timeout_s: float,
        *,
        time: Time,
        connect: Connect,
    ) -> None:
        self._time = time
        self._connect = connect
        self._address = address
        self._transcript = transcript
        self._knobs = knobs
        self._call_timeout_s = call_timeout_s
        self._socket: Socket | None = None
        self._turn = asyncio.Lock()
        self._pending: dict[str, asyncio.Future[Message]] = {}
        self._commands: set[asyncio.Task[None]] = set()
        # Unique over process restarts: a gateway may recognise a repeated call by its id.
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self.handler: CommandHandler = _know_nothing

    @property
    def connected(self) -> bool:
        return self._socket is not None

    @property
    def serves(self) -> bool:
        """A command of the CSMS is being carried out."""
        return bool(self._commands)

    def next_message_id(self) -> str:
        return f"{self._prefix}-{next(self._numbers)}"

    def use_password(self, password: str) -> None:
        """From the next connection on."""
        self._address = replace(self._address, password=password)

    async def open(self) -> None:
        """Connects.

        Raises:
            OSError, TimeoutError, websockets.exceptions.WebSocketException: no connection.
            NotConnectedError: the server did not select our subprotocol.
        """
        wanted = f"ocpp{self._address.version}"
        socket = await self._connect(self._address)
        if socket.subprotocol != wanted:
            await socket.close()
            raise NotConnectedError(f"the server did not select {wanted}")
        self._socket = socket

    async def serve(self) -> None:
        """Reads until the socket closes, for whatever reason; then every pending call has failed."""
        socket = self._socket
        if socket is None:
            raise NotConnectedError("open the link first")
        try:
            async for raw in socket:
                self._receive(raw)
        except ConnectionClosed:
            pass  # closed without a close frame: for a charger just another way to be offline
        finally:
            self._forget_socket()

    def _forget_socket(self) -> None:
        self._socket = None
        for future in self._pending.values():
            if not future.done():
                future.set_exception(NotConnectedError("the socket closed before the answer"))
        self._pending.clear()

    def _receive(self, raw: str | bytes) -> None:
        message = self._transcript.add(read_frame(raw, "in", self._time.now()))
        if message.kind == "call":
            task = asyncio.create_task(self._serve_command(message))
            self._commands.add(task)
            task.add_done_callback(self._command_done)
            return
        future = self._pending.get(message.message_id)
        if future is not None and not future.done():
            future.set_result(message)

    def _command_done(self, task: asyncio.Task[None]) -> None:
        self._commands.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("charger %s failed on a command", self._address.identity, exc_info=error)

    async def close(self) -> None:
        """Closes with a close frame."""
        if self._socket is not None:
            await self._socket.close()

    def abort(self) -> None:
        """Cuts the TCP connection without a close frame."""
        if self._socket is not None:
            self._socket.transport.abort()
            self._forget_socket()

    def drop_commands(self) -> None:
        """Forgets CSMS calls still being carried out (the charger stopped)."""
        for task in self._commands:
            task.cancel()

    async def send(self, raw: str | bytes) -> None:
        """Sends a frame as it is.

        Raises:
            NotConnectedError: there is no socket.
        """
        socket = self._socket
        if socket is None:
            raise NotConnectedError("no socket")
        self._transcript.add(read_frame(raw, "out", self._time.now()))
        try:
            await socket.send(raw)
        except ConnectionClosed as error:
            raise NotConnectedError("the socket closed while sending") from error

    async def call(self, action: str, payload: Payload, message_id: str | None = None) -> Payload:
        """Calls the CSMS and returns the result's payload.

        Raises:
            NotConnectedError, CallTimeoutError, CallRefusedError.
        """
        async with self._turn:
            if self._socket is None:
                raise NotConnectedError("no socket")
            identifier = message_id or self.next_message_id()
            future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
            self._pending[identifier] = future
            try:
                await self._send_call(identifier, action, payload)
                async with asyncio.timeout(self._call_timeout_s):
                    answer = await future
            except TimeoutError as error:
                raise CallTimeoutError(f"no answer to {action} in {self._call_timeout_s} s") from error
            finally:
                self._pending.pop(identifier, None)
                if future.done() and not future.cancelled():
                    future.exception()
        if answer.kind == "error":
            details = answer.payload
            raise CallRefusedError(details["code"], str(details["description"]), details["details"])
        return answer.payload

    async def _send_call(self, message_id: str, action: str, payload: Payload) -> None:
        frame = encode(CALL, message_id, action, payload)
        for _ in range(2 if action in self._knobs.duplicate_calls else 1):
            await self.send(frame)

    async def _serve_command(self, message: Message) -> None:
        reply: Reply | None = None
        try:
            self._check(message)
            reply = await self.handler(message.action, message.payload)
            frame = encode(CALL_RESULT, message.message_id, reply.payload)
        except CommandRefusedError as error:
            frame = encode(CALL_ERROR, message.message_id, error.error_code, error.description, {})
        # With nobody left to answer, what was asked is done all the same.
        with contextlib.suppress(NotConnectedError):
            await self._answer(message.action, frame)
        if reply is not None and reply.after is not None:
            await reply.after()

    async def _answer(self, action: str, frame: str) -> None:
        if delay_s := self._knobs.delay_replies.get(action):
            await asyncio.sleep(delay_s)
        if action in self._knobs.drop_replies:
            return
        for _ in range(2 if action in self._knobs.duplicate_replies else 1):
            await self.send(frame)

    def _check(self, message: Message) -> None:
        """Refuses what this charger does not know, or what breaks the official schema."""
        if message.action in self._knobs.unsupported:
            raise CommandRefusedError("NotImplemented", f"{message.action} is not implemented")
        try:
            validator = get_validator(CALL, message.action, self._address.version)
        except OSError as error:
            raise CommandRefusedError("NotImplemented", f"no action {message.action}") from error
        problem = next(validator.iter_errors(message.payload), None)
        if problem is not None:
            format_code = "FormationViolation" if self._address.version == "1.6" else "FormatViolation"
            names = {"type": "TypeConstraintViolation", "maxLength": "PropertyConstraintViolation"}
            raise CommandRefusedError(names.get(str(problem.validator), format_code), problem.message[:255])
