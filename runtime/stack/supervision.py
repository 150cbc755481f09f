"""Restarts what crashed, with a note to whoever watches."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self

from runtime.embedded.failures import EmbeddedServerFailed
from runtime.embedded.process import ManagedProcess

_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 15.0
_HEALTHY_AFTER_S = 60.0
_LINES_SHOWN = 5


class Supervision:
    """Inside the block every process that ends is started again, after a pause that grows while it keeps ending.

    `ready(name)` returns when the process of that name answers; it raises EmbeddedServerFailed when it does not.
    """

    def __init__(
        self,
        processes: Mapping[str, ManagedProcess],
        *,
        ready: Callable[[str], Awaitable[None]],
        say: Callable[[str], None],
    ) -> None:
        self._processes = dict(processes)
        self._ready = ready
        self._say = say
        self._watches: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._watches = [asyncio.create_task(self._watch(*item)) for item in self._processes.items()]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)

    async def _watch(self, name: str, process: ManagedProcess) -> None:
        pause = _SHORTEST_PAUSE_S
        while True:
            began = time.monotonic()
            status = await process.exited()
            if time.monotonic() - began > _HEALTHY_AFTER_S:
                pause = _SHORTEST_PAUSE_S
            self._say(_what_happened(name, process, status))
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)
            try:
                await process.start()
            except EmbeddedServerFailed as failure:
                self._say(f"{name} does not start: {failure}")
                return
            await self._tell_when_back(name, process)

    async def _tell_when_back(self, name: str, process: ManagedProcess) -> None:
        try:
            await self._ready(name)
        except EmbeddedServerFailed as failure:
            if process.running:
                self._say(f"{name} runs, but does not answer ({failure.code}); its log: {process.log_file}")
            return  # if it has ended, the watch tells
        self._say(f"{name} is running again; its log: {process.log_file}")


def _what_happened(name: str, process: ManagedProcess, status: int) -> str:
    """A signal says it all; whatever ended by itself has had its reasons, which its log tells."""
    if status < 0:
        return f"{name} was killed ({signal.Signals(-status).name}); starting it again"
    tail = "\n".join(process.log_tail().splitlines()[-_LINES_SHOWN:])
    return f"{name} ended with status {status}; starting it again\n{tail}"
