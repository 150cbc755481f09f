"""One charger's WebSocket: whole text messages go to a receiver from inside `data_received`, without a task.

The library does the handshake, control frames, fragments, closing and every check of the protocol. Only the
common case, one whole masked text frame, is unpacked here: measured, that halves the cost of a call.
"""

import asyncio
import time
from enum import IntFlag, auto
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from ocpp_gateway.exchange.receiver import Receiver
from ocpp_gateway.exchange.websocket_frames import (
    LONGEST_HEADER,
    frame_length,
    text_frame,
    text_header,
    unmasked,
    whole_text,
)
from ocpp_gateway.wire.skimming import LARGEST, ORDINARY, Skim

_UNREAD_BEFORE_ATTACH = 64 * 1024
_END_OF_REQUEST = b"\r\n\r\n"


class Pause(IntFlag):
    """Why nothing is read from the socket just now."""

    BACKLOG = auto()
    SLOW_READER = auto()
    TOO_FAST = auto()
    NOT_ATTACHED = auto()
    DRAINING = auto()


class ChargerSocket(ServerConnection):
    """Server connection whose messages are never queued: what the receiver does not want yet stays unread.

    Monotonic seconds: `heard_at`, the last byte, or since when we listen again; `pinged_at`, our last ping;
    `stuck_since`, since when the peer has not read what we sent, None when it does.
    """

    def __init__(self, protocol: ServerProtocol, *args: Any, **kwargs: Any) -> None:
        super().__init__(protocol, *args, **kwargs)
        self.heard_at = time.monotonic()
        self.pinged_at = 0.0
        self.stuck_since: float | None = None
        self._receiver: Receiver | None = None
        self._request_tail = b""
        self._unread = b""
        self._fragments: Skim | None = None
        self._long: tuple[Skim, bytes, int] | None = None
        self._failing = False
        self._splitting = False
        self._pauses = Pause(0)

    def attach(self, receiver: Receiver) -> None:
        """From now on messages go to `receiver`, those that came earlier first."""
        self._receiver = receiver
        self.resume(Pause.NOT_ATTACHED)
        self._split()

    def detach(self) -> None:
        """Break the cycle of references, so that its memory is free once it is over."""
        self._receiver = None

    # -- reading ------------------------------------------------------------------------------------------
    def data_received(self, data: bytes) -> None:
        self.heard_at = time.monotonic()
        receiver = self._receiver
        if receiver is None or self._unread or self._fragments or self._long or self._pauses:
            self._collect(data)
            return
        payload = whole_text(data)
        if payload is None:
            self._collect(data)
        else:
            self._deliver(receiver, payload)

    def _collect(self, data: bytes) -> None:
        state = self.protocol.state
        if self.request is None:
            self._collect_request(data)
        elif self._failing or state is State.CLOSED or (self._receiver is None and state is State.CLOSING):
            data, self._unread = self._unread + data, b""
            super().data_received(data)
        else:
            self._unread += data
            if self._receiver is not None:
                self._split()
            elif len(self._unread) > _UNREAD_BEFORE_ATTACH:
                self.pause(Pause.NOT_ATTACHED)

    def _collect_request(self, data: bytes) -> None:
        """To the library only as far as the request goes: frames that came with it wait like all others."""
        known = len(self._request_tail)
        seen = self._request_tail + data
        end = seen.find(_END_OF_REQUEST)
        if end < 0:
            self._request_tail = seen[1 - len(_END_OF_REQUEST) :]
            super().data_received(data)
            return
        size = end + len(_END_OF_REQUEST) - known
        super().data_received(data[:size])
        if self.request is not None:
            self._unread = data[size:]

    def _split(self) -> None:
        """Take whole frames, one at a time; the library always finds itself at the beginning of one."""
        if self._splitting:
            return  # further up the stack it goes on by itself
        self._splitting, unread, at = True, self._unread, 0
        try:
            while at < len(unread) and not self._pauses and self._receiver is not None:
                if self._long is not None:
                    at = self._skim(self._receiver, self._long, unread, at)
                    continue
                total = frame_length(unread, at)
                if total is not None and total > ORDINARY + LONGEST_HEADER:
                    if len(unread) - at < LONGEST_HEADER:
                        break
                    header = self._begins_long(unread, at, total)
                    if header is not None:
                        at += header
                        continue
                    self._failing = True
                    self._fail(CloseCode.MESSAGE_TOO_BIG, "the message is too long")
                    at = len(unread)
                if total is None or total > len(unread) - at:
                    break
                frame, at = unread[at : at + total], at + total
                self._take(self._receiver, frame)
        finally:
            self._splitting, self._unread = False, unread[at:]

    def _begins_long(self, unread: bytes, at: int, total: int) -> int | None:
        """Of a text too long to be kept, read from here on in pieces: the bytes of its header. None: fail."""
        if total > LARGEST or self._fragments is not None:
            return None
        header = text_header(unread, at)
        if header is None:
            return None
        mask, size = header
        self._long = (Skim(), mask, total - size)
        return size

    def _skim(self, receiver: Receiver, long: tuple[Skim, bytes, int], unread: bytes, at: int) -> int:
        message, mask, total = long
        piece = unread[at : at + total - message.size]
        message.feed(unmasked(piece, mask, message.size))
        if message.size == total:
            self._long = None
            if self.protocol.state is State.OPEN:
                receiver.receive_long(message)
        return at + len(piece)

    def _take(self, receiver: Receiver, frame: bytes) -> None:
        payload = None if self._fragments is not None or self._failing else whole_text(frame)
        if payload is not None:
            self._deliver(receiver, payload)
            return
        receiver.count_frame()
        super().data_received(frame)

    def process_event(self, event: Request | Response | Frame) -> None:
        """What the library has checked: the request, fragments, binary messages and control frames."""
        if not isinstance(event, Frame) or event.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            super().process_event(event)
            return
        if self._receiver is None:
            return
        if event.opcode is Opcode.BINARY:
            self._fragments = None if event.fin else Skim()
            if event.fin:
                self._receiver.receive_binary()
            return
        self._take_fragment(self._receiver, event)

    def _take_fragment(self, receiver: Receiver, frame: Frame) -> None:
        message = Skim() if self._fragments is None else self._fragments
        message.feed(bytes(frame.data))
        self._fragments = None if frame.fin else message
        if not frame.fin:
            return
        whole = message.whole
        if whole is not None:
            self._deliver(receiver, whole)
        elif self.protocol.state is State.OPEN:
            receiver.receive_long(message)

    def _deliver(self, receiver: Receiver, payload: bytes) -> None:
        if not payload.isascii():
            try:
                payload.decode()
            except UnicodeDecodeError:
                self._fail(CloseCode.INVALID_DATA, "not UTF-8")
                return
        if self.protocol.state is State.OPEN:
            receiver.receive(payload)

    def _fail(self, code: CloseCode, reason: str) -> None:
        self.protocol.fail(code, reason)
        self.close_deadline = time.monotonic() + (self.close_timeout or 0.0)
        self.send_data()

    # -- not reading --------------------------------------------------------------------------------------
    @property
    def is_paused(self) -> bool:
        """Do we leave unread what the peer may have sent?"""
        return bool(self._pauses)

    def pause(self, why: Pause) -> None:
        if not self._pauses and not self.transport.is_closing():
            self.transport.pause_reading()
        self._pauses |= why

    def resume(self, why: Pause) -> None:
        """Read on, unless there is another reason not to."""
        if not self._pauses & why:
            return
        self._pauses &= ~why
        if self._pauses or self.transport.is_closing():
            return
        self.heard_at = time.monotonic()  # it may have spoken all the while
        self.transport.resume_reading()
        if self._receiver is not None:
            self._split()

    def pause_for(self, seconds: float, why: Pause) -> None:
        if not self._pauses & why:
            self.pause(why)
            asyncio.get_running_loop().call_later(seconds, self.resume, why)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.stuck_since = time.monotonic()
        self.pause(Pause.SLOW_READER)

    def resume_writing(self) -> None:
        super().resume_writing()
        self.stuck_since = None
        self.resume(Pause.SLOW_READER)

    # -- writing ------------------------------------------------------------------------------------------
    def send_text(self, payload: bytes) -> bool:
        """Send one text message now. False when the connection is closing and nothing was sent."""
        if self.protocol.state is not State.OPEN or self.transport.is_closing():
            return False
        if self.protocol.extensions:
            self.protocol.send_text(payload)
            self.send_data()
        else:
            self.transport.write(text_frame(payload))
        return True

    def send_ping(self) -> None:
        """Ask for a sign of life; any byte that comes counts."""
        if self.protocol.state is State.OPEN and not self.transport.is_closing():
            self.pinged_at = time.monotonic()
            self.protocol.send_ping(b"")
            self.send_data()

    async def close(self, code: CloseCode | int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        """Close in order. What the peer sent and nobody took stays unanswered: it is the peer's to send again."""
        self._receiver = None
        if self._pauses and not self.transport.is_closing():
            self.transport.resume_reading()  # its close frame is behind what we left unread
        self._pauses = Pause(0)
        unread, self._unread = self._unread, b""
        if unread and self.protocol.state is not State.CLOSED:
            super().data_received(unread)
        await super().close(code, reason)

    @property
    def is_overdue(self) -> bool:
        """Has the peer had its time to close after one of us said goodbye?"""
        return self.close_deadline is not None and time.monotonic() > self.close_deadline

    def abort(self) -> None:
        """End it without asking the peer, which does not answer."""
        self.transport.abort()
