"""Lets a test wait for "something is so" without polling: every frame and state change wakes the waiters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Changes:
    """A broadcast without content; waiters look for themselves."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def notify(self) -> None:
        """Wakes everyone who waits."""
        event, self._next = self._next, asyncio.Event()
        event.set()

    async def until(self, holds: Callable[[], bool], timeout_s: float | None = None) -> None:
        """Returns once `holds()` is true.

        Raises:
            TimeoutError: it did not become true within `timeout_s`.
        """
        async with asyncio.timeout(timeout_s):
            while not holds():
                await self._next.wait()
