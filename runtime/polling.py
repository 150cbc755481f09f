"""A Temporal worker for as long as the process lives.

The SDK ends a worker for good when Temporal refuses its polls for a minute, or cannot tell it of the namespace when
it begins (a server that is away is waited for by the SDK itself). Then another one takes its place.
"""

import asyncio
import time
from collections.abc import Callable

import structlog
from temporalio.client import Client
from temporalio.worker import Worker

from runtime.temporal import connected_anew

_log = structlog.get_logger()

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 5.0
_STEADY_AFTER_S = 120.0
"""Longer than the SDK bears refusals: whoever polled for so long was well."""


class Polling:
    """`make` builds a worker on a connection, not started yet."""

    def __init__(self, client: Callable[[], Client], make: Callable[[Client], Worker]) -> None:
        self._client = client
        self._make = make
        self._worker: Worker | None = None
        self._stop = asyncio.Event()

    @property
    def active(self) -> bool:
        """Does this process take tasks now?"""
        return self._worker is not None and self._worker.is_running and not self._stop.is_set()

    async def run(self) -> None:
        """Until `stop`; then finish what is under way."""
        pause_s, told, first = _FIRST_PAUSE_S, "", True
        while not self._stop.is_set():
            began = time.monotonic()
            error = await self._one_worker(anew=not first)
            first = False
            if self._stop.is_set():
                if error is not None:
                    _log.error("worker_ended_badly", error=repr(error))
                break
            if time.monotonic() - began > _STEADY_AFTER_S:
                pause_s, told = _FIRST_PAUSE_S, ""
            if told != (told := repr(error)):  # once, not once an attempt
                _log.error("worker_ended_itself", error=told, advice="another one begins; see /readyz")
            await self._rest(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def stop(self) -> None:
        """Take no more tasks; `run` returns when those in hand are done."""
        self._stop.set()

    async def _one_worker(self, *, anew: bool) -> BaseException | None:
        """Run a worker until it is stopped, or ends by itself: what of."""
        self._worker = None
        running = asyncio.create_task(self._begin(anew=anew))
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                await self._finish(running)
            return None if running.cancelled() else running.exception()
        finally:
            stopping.cancel()
            running.cancel()

    async def _begin(self, *, anew: bool) -> None:
        # Each but the first on a connection of its own: the SDK keeps the name of a worker that did not get as far as
        # to begin, and takes no second one of that name on its connection.
        client = await connected_anew(self._client()) if anew else self._client()
        self._worker = self._make(client)
        await self._worker.run()

    async def _finish(self, running: asyncio.Task[None]) -> None:
        if self._worker is not None and self._worker.is_running:
            await self._worker.shutdown()
        else:
            running.cancel()  # it still connects, or asks for its namespace
        await asyncio.wait({running})

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return
