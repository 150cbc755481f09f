"""RFC 6455 as a client, just as much as load needs: a charger's socket that costs the load process little.

Written by hand because a library's client would be the bottleneck, and the figures would be its.
"""

import asyncio
import base64
import hashlib
import os
from collections.abc import Callable
from typing import cast

_KEY = b"\x9d\x1c\x43\x7f"
"""Masks every frame. Not zero: some servers skip the unmasking then."""
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x89, 0x8A


class ServerBroke(Exception):
    """A server did what makes its figures worthless; the message says what."""

    code = "server_broke"


class PutOff(ServerBroke):
    """503: the server asks to come again after `retry_after_s`."""

    code = "put_off"

    def __init__(self, text: str, retry_after_s: float) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


def masked(payload: bytes, opcode: int = _TEXT) -> bytes:
    """One final frame as a client sends it. `payload`: at most 65,535 bytes."""
    size = len(payload)
    head = bytes((opcode, 0x80 | size)) if size < 126 else bytes((opcode, 0xFE)) + size.to_bytes(2, "big")
    mask = (_KEY * (size // 4 + 1))[:size]
    mixed = int.from_bytes(payload, "little") ^ int.from_bytes(mask, "little")
    return head + _KEY + mixed.to_bytes(size, "little")


def basic(identity: str, password: str) -> str:
    """The value of the Authorization header."""
    return "Basic " + base64.b64encode(f"{identity}:{password}".encode()).decode()


class ChargerSocket(asyncio.Protocol):
    """`received` is called with each text; `lost` when the socket is gone, with a close code or 1006.

    `opened` resolves when the server has switched protocols and fails with ServerBroke otherwise.
    """

    def __init__(self, identity: str, subprotocol: str, password: str) -> None:
        self.identity = identity
        self.received: Callable[[bytes], None] = self._unexpected
        self.lost: Callable[[int], None] = lambda code: None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.open = False
        self._request = (subprotocol, basic(identity, password))
        self._nonce = base64.b64encode(os.urandom(16))
        self._buffer = b""
        self._close_code = 1006
        self._transport: asyncio.Transport | None = None

    def send(self, frame: bytes) -> None:
        """A frame from `masked`. Nothing happens when the socket is closed: `lost` says so."""
        if self._transport is not None:
            self._transport.write(frame)

    def close(self) -> None:
        """Hang up without the closing handshake, as chargers do."""
        self.open = False
        if self._transport is not None:
            self._transport.abort()

    # -- asyncio.Protocol ---------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        subprotocol, authorization = self._request
        transport.write(
            (
                f"GET /ocpp/{self.identity} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: {self._nonce.decode()}\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {subprotocol}\r\n"
                f"Authorization: {authorization}\r\n\r\n"
            ).encode()
        )

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data, self._buffer = self._buffer + data, b""
        if not self.open:
            data = self._handshake(data)
        # A server answers one call at a time, so a read is nearly always exactly one short text.
        if len(data) > 2 and data[0] == _TEXT and data[1] < 126 and len(data) == data[1] + 2:
            self.received(data[2:])
        elif data:
            self._scan(data)

    def connection_lost(self, error: Exception | None) -> None:
        self.open, self._transport = False, None
        if not self.opened.done():
            text = f"{self.identity}: hung up during the handshake, {error or self._buffer!r}"
            self.opened.set_exception(ServerBroke(text))
        self.lost(self._close_code)

    # -- inside -------------------------------------------------------------------------------------------
    def _handshake(self, data: bytes) -> bytes:
        head, ended, rest = data.partition(b"\r\n\r\n")
        if not ended:
            self._buffer = data
            return b""
        accepted = base64.b64encode(hashlib.sha1(self._nonce + _GUID).digest())  # noqa: S324 - RFC 6455 says so
        if not head.startswith(b"HTTP/1.1 101") or accepted not in head:
            self.opened.set_exception(_not_let_in(self.identity, head))
            return b""
        self.open = True
        self.opened.set_result(None)
        return rest

    def _scan(self, data: bytes) -> None:
        """Any number of frames, the last one perhaps not whole yet. Servers do not mask."""
        at = 0
        while len(data) - at >= 2:
            size, begin = data[at + 1], at + 2
            if size == 126:
                size, begin = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            if size == 127 or len(data) < begin + size:
                break
            self._take(data[at], data[begin : begin + size])
            at = begin + size
        self._buffer = data[at:]

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == _TEXT:
            self.received(payload)
        elif opcode == _PING:
            self.send(masked(payload, _PONG))
        elif opcode == _CLOSE:
            self._close_code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
            self.send(masked(payload[:2], _CLOSE))
        elif opcode != _PONG:
            raise ServerBroke(f"{self.identity}: a frame of type {opcode:#x}")

    def _unexpected(self, payload: bytes) -> None:
        """A server's own call while nothing was asked, e.g. a capability probe: chargers may know nothing of it."""
        self.send(refusal(payload))


def _not_let_in(identity: str, head: bytes) -> ServerBroke:
    lines = head.decode(errors="replace").split("\r\n")
    text = f"{identity}: {lines[0]}"
    fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    after = fields.get("retry-after", "")
    return PutOff(text, float(after)) if after.isdigit() and " 503 " in lines[0] else ServerBroke(text)


def refusal(call: bytes) -> bytes:
    """The frame that answers a server's call with NotImplemented, as a simple charger does."""
    if not call.startswith(b'[2,"'):
        raise ServerBroke(f"neither asked for nor a call: {call[:120].decode(errors='replace')}")
    message_id = call[4 : call.index(b'"', 4)]
    return masked(b'[4,"' + message_id + b'","NotImplemented","",{}]')
