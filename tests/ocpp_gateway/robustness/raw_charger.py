"""A charger made of bytes: what no library would send, it sends; what comes is kept until it is asked for."""

import asyncio
import base64
import contextlib
import json
import os
import socket as sockets
from typing import Any, Self, cast
from urllib.parse import urlsplit

from tests.factories import PASSWORD

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
CONTINUED = 0x0
PATIENCE_S = 20.0
_KEY = b"\x37\xfa\x21\x3d"


class Refused(Exception):
    """The handshake was answered with another status than 101. `retry_after`: seconds, None without the header."""

    code = "refused"

    def __init__(self, status: int, retry_after: int | None) -> None:
        super().__init__(status)
        self.status = status
        self.retry_after = retry_after


class Lost(Exception):
    """The connection ended before the answer."""

    code = "lost"


def frame(
    payload: bytes | str, opcode: int = TEXT, *, fin: bool = True, masked: bool = True, reserved: int = 0
) -> bytes:
    """One frame (RFC 6455 §5.2). `reserved`: the three bits behind FIN, as a number of 0 to 7."""
    data = payload.encode() if isinstance(payload, str) else payload
    first = (0x80 if fin else 0) | reserved << 4 | opcode
    mask_bit = 0x80 if masked else 0
    size = len(data)
    if size < 126:
        head = bytes((first, mask_bit | size))
    elif size < 1 << 16:
        head = bytes((first, mask_bit | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, mask_bit | 127)) + size.to_bytes(8, "big")
    if not masked:
        return head + data
    mask = (_KEY * (size // 4 + 1))[:size]
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(mask, "big")
    return head + _KEY + mixed.to_bytes(size, "big")


def call(message_id: str, action: str, payload: dict[str, Any] | None = None) -> str:
    return json.dumps([2, message_id, action, payload or {}])


def heartbeat(message_id: str) -> str:
    return call(message_id, "Heartbeat")


def status_of(message_id: str, status: str, *, connector: int = 1, error: str = "NoError") -> str:
    told = {"connectorId": connector, "status": status, "errorCode": error}
    return call(message_id, "StatusNotification", told)


def request(url: str, identity: str, subprotocol: str, password: str, named: str = "") -> bytes:
    """The opening request. `named`: in its password's header, where the path says it otherwise."""
    place = urlsplit(url)
    basic = base64.b64encode(f"{named or identity}:{password}".encode()).decode()
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {place.path}/{identity} HTTP/1.1",
        f"Host: {place.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: {subprotocol}",
        f"Authorization: Basic {basic}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


class RawCharger:
    """Answers pings, and the gateway's own calls with NotImplemented unless they are to be kept (`takes_calls`)."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._replies: dict[str, list[list[Any]]] = {}
        self._news = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None
        self.calls: asyncio.Queue[list[Any]] = asyncio.Queue()
        self.takes_calls = False
        self.answers_pings = True
        self.order: list[str] = []
        """Message ids of the replies as they came."""
        self.pinged = asyncio.Event()
        self._pongs: asyncio.Queue[bytes] = asyncio.Queue()
        self.closed = asyncio.get_running_loop().create_future()
        """The close code that came, 1006 without one."""

    @classmethod
    async def connect(
        cls,
        url: str,
        identity: str,
        *,
        version: str = "1.6",
        password: str = PASSWORD,
        named: str = "",
        early: bytes = b"",
        reads: bool = True,
        receive_buffer: int | None = None,
    ) -> Self:
        """`early`: bytes in the same segment as the request. `reads` False: nothing is read after the handshake.

        Raises Refused, and OSError when nobody listens or the connection breaks.
        """
        place = urlsplit(url)
        plain = sockets.socket(sockets.AF_INET, sockets.SOCK_STREAM, sockets.IPPROTO_TCP)
        if receive_buffer is not None:
            plain.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, receive_buffer)
        plain.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(plain, (place.hostname, place.port))
        except BaseException:
            plain.close()
            raise
        reader, writer = await asyncio.open_connection(sock=plain, limit=1 << 16)
        charger = cls(reader, writer)
        try:
            writer.write(request(url, identity, f"ocpp{version}", password, named) + early)
            await charger._shake_hands()
        except BaseException:
            writer.transport.abort()
            raise
        if reads:
            charger._reading = asyncio.create_task(charger._read())
        else:
            cast(asyncio.Transport, writer.transport).pause_reading()
        return charger

    async def _shake_hands(self) -> None:
        try:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        except asyncio.IncompleteReadError as error:
            raise ConnectionResetError("no answer to the handshake") from error
        status = int(head.split(" ", 2)[1])
        if status != 101:
            fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            after = fields.get("retry-after")
            raise Refused(status, None if after is None else int(after))

    # -- speaking -----------------------------------------------------------------------------------------
    def write(self, data: bytes) -> None:
        """These bytes, as they are."""
        self._writer.write(data)

    async def flush(self) -> None:
        """Wait until the socket has taken them."""
        await self._writer.drain()

    def say(self, text: str) -> None:
        """One text message in one frame."""
        self.write(frame(text))

    async def ask(self, text: str) -> list[Any]:
        """Say a call; its reply. Raises Lost."""
        self.say(text)
        return await self.reply(json.loads(text)[1])

    async def heard(self) -> None:
        """Return once the gateway has read all that was said so far. It must be reading."""
        self.write(frame(b"so far", PING))
        async with asyncio.timeout(PATIENCE_S):
            await self._pongs.get()

    def abort(self) -> None:
        """Hang up with a reset."""
        self._writer.transport.abort()

    async def leave(self) -> None:
        """Hang up and wait until nothing of this charger runs."""
        self.abort()
        if self._reading is not None:
            await self._reading
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    # -- hearing ------------------------------------------------------------------------------------------
    async def reply(self, message_id: str, count: int = 1) -> list[Any]:
        """The `count`-th reply with that id. Raises Lost and TimeoutError."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: self.closed.done() or self.replies(message_id) >= count)
        if self.replies(message_id) < count:
            raise Lost(f"closed with {self.closed.result()}")
        return self._replies[message_id][count - 1]

    def replies(self, message_id: str) -> int:
        return len(self._replies.get(message_id, ()))

    async def close_code(self) -> int:
        async with asyncio.timeout(PATIENCE_S):
            return int(await asyncio.shield(self.closed))

    async def _read(self) -> None:
        code = 1006
        try:
            while True:
                opcode, payload = await self._read_frame()
                if opcode == CLOSE:
                    code = int.from_bytes(payload[:2], "big") if payload else 1005
                    self.write(frame(payload[:2], CLOSE))
                elif opcode == PING:
                    self.pinged.set()
                    if self.answers_pings:
                        self.write(frame(payload, PONG))
                elif opcode == PONG:
                    self._pongs.put_nowait(payload)
                elif opcode == TEXT:
                    await self._hear(json.loads(payload))
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._writer.transport.abort()
            async with self._news:
                self.closed.set_result(code)
                self._news.notify_all()

    async def _read_frame(self) -> tuple[int, bytes]:
        first, second = await self._reader.readexactly(2)
        size = second & 0x7F
        if size > 125:
            size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8), "big")
        return first & 0x0F, await self._reader.readexactly(size)

    async def _hear(self, message: list[Any]) -> None:
        if message[0] == 2:
            if self.takes_calls:
                self.calls.put_nowait(message)
            else:
                self.say(json.dumps([4, message[1], "NotImplemented", "", {}]))
            return
        async with self._news:
            self._replies.setdefault(message[1], []).append(message)
            self.order.append(message[1])
            self._news.notify_all()
