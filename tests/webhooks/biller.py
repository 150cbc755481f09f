"""Whoever bills walk-ins, at an address on the loopback: checks each signature and keeps what it took."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from db.tables import WalkInReceiver
from simulator.stripe_api.server import UnsignalledServer, listen
from tests.ocpp_gateway.records import Records

KEY = b"0123456789abcdef0123456789abcdef"


@dataclass
class Biller:
    """Answers `statuses` in turn, then 204, but 400 to events that it refuses.

    `taken`: what it answered with 2xx, by webhook-id in order.
    """

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    refused: frozenset[str] = frozenset()
    attempts: list[str] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, request: Request) -> Response:
        event_id, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        body = await request.body()
        digest = hmac.new(KEY, f"{event_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
        assert request.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
        assert abs(time.time() - int(stamp)) < 300
        status = self.statuses.pop(0) if self.statuses else 400 if event_id in self.refused else 204
        async with self.news:
            self.attempts.append(event_id)
            if status < 300:
                self.taken[event_id] = json.loads(body)
            self.news.notify_all()
        return Response(status_code=status, headers={"location": "/elsewhere"})

    async def events(self, count: int) -> list[dict[str, Any]]:
        """All that it took, once there are `count`."""
        async with asyncio.timeout(20), self.news:
            await self.news.wait_for(lambda: len(self.taken) >= count)
        return list(self.taken.values())

    async def expected(self, records: Records) -> None:
        """Until sessions that end are noted for it."""

        async def noted() -> bool:
            async with records.engine.connect() as connection:
                return await connection.scalar(select(WalkInReceiver.since)) is not None

        await records.eventually(noted)


@asynccontextmanager
async def running_biller() -> AsyncIterator[Biller]:
    biller = Biller()
    app = Starlette(routes=[Route("/hook", biller.receive, methods=["POST"])])
    listener = listen("127.0.0.1", 0)
    biller.url = f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    server = UnsignalledServer(uvicorn.Config(app, log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield biller
    finally:
        server.stop()
        await serving
