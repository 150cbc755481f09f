"""Chargers that connect, boot, tell their status, and then do what a measurement asks."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from bench.gateway.messages import SUBPROTOCOL, Message, boot, status
from bench.gateway.wire import ChargerSocket, ServerBroke, refusal
from runtime.embedded.ports import LOOPBACK

PASSWORD = "bench-password-of-every-charger"  # noqa: S105 - of chargers that live for minutes
_AT_ONCE = 32
_PATIENCE_S = 30.0


async def connect(port: int, identity: str) -> ChargerSocket:
    """Raises ServerBroke when it is not let in, OSError when nobody listens."""
    async with asyncio.timeout(_PATIENCE_S):
        loop = asyncio.get_running_loop()
        _transport, socket = await loop.create_connection(
            lambda: ChargerSocket(identity, SUBPROTOCOL, PASSWORD), LOOPBACK, port
        )
        await socket.opened
    return socket


async def ask(socket: ChargerSocket, message: Message) -> None:
    """Send one call, wait for its answer. Raises ServerBroke for any other answer."""
    answered = asyncio.get_running_loop().create_future()

    def received(payload: bytes) -> None:
        if payload.startswith(b"[2,"):
            socket.send(refusal(payload))
        elif not answered.done():
            answered.set_result(payload)

    idle, socket.received = socket.received, received
    socket.send(message.frame)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            payload: bytes = await answered
    finally:
        socket.received = idle
    require_answer(socket.identity, message, payload)


def require_answer(identity: str, message: Message, payload: bytes) -> None:
    """Raises ServerBroke unless `payload` is the CALLRESULT of `message`."""
    if not payload.startswith(message.answered_by):
        raise ServerBroke(f"{identity}: {payload[:200].decode(errors='replace')}")


async def booted(port: int, identities: Sequence[str]) -> list[ChargerSocket]:
    """All of them connected, booted and Available."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(identity: str) -> ChargerSocket:
        async with gate:
            socket = await connect(port, identity)
            await ask(socket, boot(f"boot-{identity}"))
            await ask(socket, status(f"first-{identity}", "Available", datetime.now(UTC)))
        return socket

    # One first: the gateway checks the hash that all share once, slowly, and then remembers it.
    return [await one(identities[0]), *await asyncio.gather(*(one(name) for name in identities[1:]))]


def hang_up(sockets: Sequence[ChargerSocket]) -> None:
    for socket in sockets:
        socket.lost = lambda code: None
        socket.close()
