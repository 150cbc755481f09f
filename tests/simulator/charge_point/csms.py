"""A small honest CSMS: answers as the specification says, and judges every frame by the official schemas."""

from __future__ import annotations

import asyncio
import base64
import http
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from ocpp.messages import get_validator  # type: ignore[import-untyped]  # it ships no py.typed
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

Payload = dict[str, Any]


@dataclass
class HonestCSMS:
    """Knows tokens by status; everything else is accepted. `violations` must stay empty."""

    version: Literal["1.6", "2.0.1"]
    password: str | None = None
    tokens: dict[str, Payload] = field(default_factory=dict)
    boot_statuses: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    received: list[tuple[str, str, Payload]] = field(default_factory=list)
    frames: list[Any] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    hooks: dict[str, Callable[[Payload], Any]] = field(default_factory=dict)
    interval_s: int = 600
    overloaded: int = 0

    def __post_init__(self) -> None:
        self._transactions = itertools.count(1)
        self._numbers = itertools.count(1)
        self._pending: dict[str, tuple[str, asyncio.Future[Payload]]] = {}
        self.socket: ServerConnection | None = None
        self.url = ""
        self.handshakes: list[Request] = []

    def of(self, action: str) -> list[Payload]:
        return [payload for name, _, payload in self.received if name == action]

    async def call(self, action: str, payload: Payload) -> Payload:
        """Calls the charger; a CALLERROR comes back as `{"error": code}`."""
        assert self.socket is not None
        message_id = f"csms-{next(self._numbers)}"
        future: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._pending[message_id] = (action, future)
        await self.socket.send(json.dumps([2, message_id, action, payload]))
        return await asyncio.wait_for(future, 10)

    def guard(self, connection: ServerConnection, request: Request) -> Response | None:
        self.handshakes.append(request)
        if self.overloaded:
            self.overloaded -= 1
            response = connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "")
            response.headers["Retry-After"] = "0"
            return response
        if self.password is None:
            return None
        identity = request.path.rsplit("/", 1)[-1]
        expected = base64.b64encode(f"{identity}:{self.password}".encode()).decode()
        if request.headers.get("Authorization") == f"Basic {expected}":
            return None
        return connection.respond(http.HTTPStatus.UNAUTHORIZED, "")

    async def attend(self, socket: ServerConnection) -> None:
        self.socket = socket
        tasks: set[asyncio.Task[None]] = set()
        try:
            async for raw in socket:
                task = asyncio.create_task(self._take(socket, json.loads(raw)))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        except ConnectionClosed:
            pass

    async def _take(self, socket: ServerConnection, frame: list[Any]) -> None:
        self.frames.append(frame)
        if frame[0] == 2:
            _, message_id, action, payload = frame
            self._judge(2, action, payload)
            self.received.append((action, message_id, payload))
            if action in self.hooks:
                await self.hooks[action](payload)
            if action not in self.silent:
                await socket.send(json.dumps([3, message_id, self._answer(action, payload)]))
            return
        action, future = self._pending.get(frame[1], ("", None))
        if frame[0] == 3:
            self._judge(3, action, frame[2])
        if future is not None and not future.done():
            future.set_result(frame[2] if frame[0] == 3 else {"error": frame[2]})

    def _judge(self, kind: int, action: str, payload: Payload) -> None:
        validator = get_validator(kind, action, self.version)
        self.violations += [f"{action}: {error.message}" for error in validator.iter_errors(payload)]

    def _answer(self, action: str, payload: Payload) -> Payload:
        now = datetime.now(UTC).isoformat()
        match action:
            case "BootNotification":
                status = self.boot_statuses.pop(0) if self.boot_statuses else "Accepted"
                return {"status": status, "currentTime": now, "interval": self.interval_s}
            case "Heartbeat":
                return {"currentTime": now}
            case "Authorize" if self.version == "1.6":
                return {"idTagInfo": self._info(payload["idTag"])}
            case "Authorize":
                return {"idTokenInfo": self._info(payload["idToken"]["idToken"])}
            case "StartTransaction":
                info = self._info(payload["idTag"])
                return {"transactionId": next(self._transactions), "idTagInfo": info}
            case "TransactionEvent" if "idToken" in payload:
                return {"idTokenInfo": self._info(payload["idToken"]["idToken"])}
        return {}

    def _info(self, id_tag: str) -> Payload:
        return self.tokens.get(id_tag, {"status": "Accepted"})


@asynccontextmanager
async def running(csms: HonestCSMS) -> AsyncIterator[HonestCSMS]:
    """Serves on a free port while the context lasts."""

    def select(_: ServerConnection, offered: Any) -> Any:
        return next((name for name in offered if name == f"ocpp{csms.version}"), None)

    server: Server
    async with serve(
        csms.attend, "127.0.0.1", 0, select_subprotocol=select, process_request=csms.guard
    ) as server:
        host, port = server.sockets[0].getsockname()[:2]
        csms.url = f"ws://{host}:{port}/ocpp"
        yield csms
