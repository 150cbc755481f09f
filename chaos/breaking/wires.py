"""Connections that can be cut or fall silent: a relay on the loopback interface between two parties."""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Sequence

from runtime.embedded.ports import LOOPBACK, free_port

_CHUNK = 65_536
_CONNECT_S = 2.0
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends a reset, not an orderly end."""


class Wire:
    """Accepts on `port` and passes bytes on to one of `targets`, drawn for each connection; the next when it refuses.

    With several targets it is what a load balancer is: whoever comes back may meet another copy.
    """

    def __init__(self, name: str, targets: Sequence[int], dice: random.Random) -> None:
        self.name = name
        self.port = free_port()
        self.targets = tuple(targets)
        self._dice = dice
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, LOOPBACK, self.port)

    async def close(self) -> None:
        self._flowing.set()
        self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        while self._carrying:
            await asyncio.wait(self._carrying)

    def cut(self) -> int:
        """Resets every connection; how many there were."""
        cut = list(self._open)
        for writer in cut:
            _reset(writer)
        return len(cut) // 2

    async def fall_silent(self, duration_s: float) -> None:
        """Connections stay, and nothing passes."""
        self._flowing.clear()
        try:
            await asyncio.sleep(duration_s)
        finally:
            self._flowing.set()

    def _accept(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(near_in, near_out))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _carry(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        far = await self._reach()
        if far is None:
            _reset(near_out)
            return
        far_in, far_out = far
        ends = {near_out, far_out}
        self._open |= ends
        ways = [
            asyncio.ensure_future(self._pass_on(near_in, far_out)),
            asyncio.ensure_future(self._pass_on(far_in, near_out)),
        ]
        try:
            await asyncio.gather(*ways)
        except OSError:  # reset by either side: so is the other
            for end in ends:
                _reset(end)
        finally:
            for way in ways:
                way.cancel()
            for end in ends:
                end.close()
            self._open -= ends

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for port in self._dice.sample(self.targets, len(self.targets)):
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_CONNECT_S):
                    return await asyncio.open_connection(LOOPBACK, port)
        return None

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Until the source ends; the sink then learns of it, and may still answer."""
        while chunk := await source.read(_CHUNK):
            await self._flowing.wait()
            sink.write(chunk)
            await sink.drain()
        with contextlib.suppress(OSError):
            sink.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    if not writer.transport.is_closing():
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    writer.transport.abort()
