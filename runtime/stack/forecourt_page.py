"""The page of the virtual chargers, in the process that has them."""

import asyncio
from types import TracebackType
from typing import Self

import uvicorn

from runtime.embedded.ports import LOOPBACK
from simulator.forecourt.app import create_app
from simulator.forecourt.bays import Forecourt
from simulator.stripe_api.server import SHUTDOWN_SECONDS, UnsignalledServer, listen


class ForecourtPage:
    """`async with` serves it on that port of the loopback interface."""

    def __init__(self, forecourt: Forecourt, port: int) -> None:
        self._port = port
        self._server = UnsignalledServer(
            uvicorn.Config(
                create_app(forecourt),
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        listener = listen(LOOPBACK, self._port)
        self._serving = asyncio.create_task(self._server.serve([listener]))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        if self._serving is not None:
            await self._serving
