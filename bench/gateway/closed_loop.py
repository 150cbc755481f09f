"""A closed loop: every charger has one call outstanding, always, and asks again the moment it is answered."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from bench.gateway.messages import Message
from bench.gateway.wire import ChargerSocket, ServerBroke, refusal


class ClosedLoop:
    """Each charger goes through `ring` from a place of its own; all chargers together count in `answered`."""

    def __init__(self, sockets: Sequence[ChargerSocket], ring: Sequence[Message]) -> None:
        self.answered = 0
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.stopping = False
        self._all_idle = asyncio.Event()
        self._busy = 0
        # 97 is odd: half of the chargers begin with one kind of message, half with the other.
        self._chargers = [_Charger(self, socket, ring, n * 97) for n, socket in enumerate(sockets)]

    async def run(self, seconds: float) -> float:
        """Load the server for `seconds`; how long it took until the last answer. Raises ServerBroke."""
        self.stopping, self._busy = False, len(self._chargers)
        self._all_idle.clear()
        began = time.perf_counter()
        for charger in self._chargers:
            charger.ask()
        await asyncio.wait({self.broken}, timeout=seconds)
        self.stopping = True
        if not self.broken.done():
            idle = asyncio.ensure_future(self._all_idle.wait())
            either: set[asyncio.Future[Any]] = {self.broken, idle}
            await asyncio.wait(either, timeout=30, return_when=asyncio.FIRST_COMPLETED)
            if not idle.done():
                idle.cancel()
                self.break_off(ServerBroke("calls stay unanswered"))
        if self.broken.done():
            self.broken.result()
        return time.perf_counter() - began

    def break_off(self, error: Exception) -> None:
        if not self.broken.done():
            self.broken.set_exception(error)

    def one_idle(self) -> None:
        self._busy -= 1
        if self._busy == 0:
            self._all_idle.set()


class _Charger:
    __slots__ = ("_at", "_awaited", "_loop", "_ring", "_size", "_socket")

    def __init__(self, loop: ClosedLoop, socket: ChargerSocket, ring: Sequence[Message], at: int) -> None:
        self._loop, self._socket, self._ring = loop, socket, ring
        self._size = len(ring)
        self._at = at % self._size
        self._awaited = b""
        socket.received = self.received
        socket.lost = self.lost

    def ask(self) -> None:
        message = self._ring[self._at]
        self._at = (self._at + 1) % self._size
        self._awaited = message.answered_by
        self._socket.send(message.frame)

    def received(self, payload: bytes) -> None:
        if not payload.startswith(self._awaited):
            self._other(payload)
            return
        self._loop.answered += 1
        if self._loop.stopping:
            self._loop.one_idle()
        else:
            self.ask()

    def lost(self, code: int) -> None:
        self._loop.break_off(ServerBroke(f"{self._socket.identity}: closed with {code}"))

    def _other(self, payload: bytes) -> None:
        if payload.startswith(b"[2,"):
            self._socket.send(refusal(payload))
            return
        self._loop.break_off(
            ServerBroke(f"{self._socket.identity}: {payload[:200].decode(errors='replace')}")
        )
