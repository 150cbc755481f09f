"""Whoever is at the other end of one POST, on a port of its own: answers as a test wants, and keeps what came."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from simulator.stripe_api.server import UnsignalledServer, listen
from webhooks.names import Whose


@dataclass(frozen=True)
class Came:
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Says:
    status: int = 201
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Receiver:
    """Says `answers` in turn, then `otherwise`. `lets_go`: while it is not set, nobody is answered; `drips`: answers a
    byte now and then, for ever. `heard`: called as soon as something came.
    """

    port: int = 0
    answers: list[Says] = field(default_factory=list)
    otherwise: Says = field(default_factory=Says)
    came: list[Came] = field(default_factory=list)
    lets_go: asyncio.Event = field(default_factory=asyncio.Event)
    drips: bool = False
    heard: Callable[[], None] = lambda: None

    def at(self, path: str) -> str:
        """By a name that leads here where a test resolves it."""
        return f"http://push.example:{self.port}/{path}"

    async def receive(self, request: Request) -> Response:
        self.came.append(Came(request.url.path, dict(request.headers), await request.body()))
        self.heard()
        await self.lets_go.wait()
        if self.drips:
            return StreamingResponse(_drops(), status_code=201)
        says = self.answers.pop(0) if self.answers else self.otherwise
        return Response(says.body, status_code=says.status, headers=dict(says.headers))


async def _drops() -> AsyncIterator[bytes]:
    while True:
        yield b"."
        await asyncio.sleep(0.02)


@asynccontextmanager
async def running_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    receiver.lets_go.set()
    app = Starlette(routes=[Route("/{path:path}", receiver.receive, methods=["GET", "POST"])])
    with listen("127.0.0.1", 0) as listener:
        receiver.port = listener.getsockname()[1]
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
        server = UnsignalledServer(config)
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield receiver
        finally:
            receiver.lets_go.set()
            server.stop()
            await serving


async def leads_here(_host: str, _port: int, _whose: Whose) -> Sequence[str]:
    return ["127.0.0.1"]
