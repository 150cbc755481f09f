"""A WebSocket without a network: both ends in one process, frames in order, and cut where the day wants it cut."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from websockets.exceptions import ConnectionClosedError
from websockets.protocol import State


class Wire:
    """`charger`: what the virtual charge point takes for its socket; `gateway`: what a connection takes for its own."""

    def __init__(self, subprotocol: str) -> None:
        self.open = True
        self.lose_next_answer = False
        """The charger's next call is handled, and then it is cut off before it hears so."""
        self.frames = 0
        self.charger = ChargerEnd(self, subprotocol)
        self.gateway = GatewayEnd(self)

    def cut(self) -> None:
        if self.open:
            self.open = False
            self.charger.incoming.put_nowait(None)
            self.gateway.closed.set()


class ChargerEnd:
    def __init__(self, wire: Wire, subprotocol: str) -> None:
        self._wire = wire
        self.subprotocol = subprotocol
        self.incoming: asyncio.Queue[str | None] = asyncio.Queue()

    @property
    def transport(self) -> "ChargerEnd":
        return self

    def abort(self) -> None:
        self._wire.cut()

    async def close(self) -> None:
        self._wire.cut()

    async def send(self, message: str | bytes) -> None:
        if not self._wire.open:
            raise ConnectionClosedError(None, None)
        self._wire.frames += 1
        frame = message.encode() if isinstance(message, str) else message
        self._wire.gateway.receiver.receive(frame)

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        while (frame := await self.incoming.get()) is not None:
            yield frame


class GatewayEnd:
    """As much of `ocpp_gateway.exchange.websocket.ChargerSocket` as a connection uses."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.receiver: Any = None
        self.closed = asyncio.Event()

    @property
    def state(self) -> State:
        return State.OPEN if self._wire.open else State.CLOSED

    def attach(self, receiver: Any) -> None:
        self.receiver = receiver

    def detach(self) -> None: ...

    def pause(self, why: Any) -> None: ...

    def resume(self, why: Any) -> None: ...

    def pause_for(self, seconds: float, why: Any) -> None: ...

    async def wait_closed(self) -> None:
        await self.closed.wait()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self._wire.cut()

    def send_text(self, payload: bytes) -> bool:
        if not self._wire.open:
            return False
        if self._wire.lose_next_answer and payload.startswith(b"[3"):
            self._wire.lose_next_answer = False
            self._wire.cut()
            return True
        self._wire.frames += 1
        self._wire.charger.incoming.put_nowait(payload.decode())
        return True
