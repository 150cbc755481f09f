"""What runs beside the chargers for as long as the gateway does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

log = structlog.get_logger(__name__)

Work = tuple[str, Callable[[], Awaitable[None]]]
"""A name, and what never returns."""

_RESTART_PAUSE_S = 1.0


class Background:
    """A part that fails is logged and begins again: chargers depend on all of them."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, parts: Iterable[Work]) -> None:
        self._tasks += [asyncio.create_task(_keep_running(name, work), name=name) for name, work in parts]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _keep_running(name: str, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:
            log.exception("part_failed", part=name)
            await asyncio.sleep(_RESTART_PAUSE_S)
        else:
            return
