"""Bookings wait for each other before they take a connection, not while they hold one.

Those of one site would wait for its pools' rows anyway; a hundred that do so in the database have all connections, and
nobody can tell a driver, or give back, anything. Who waits here holds nothing, and is soon gone when nobody waits for
the answer any longer.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from temporalio import activity


@dataclass(slots=True)
class _Line:
    """At one site. `wanted`: by how many, the one whose turn it is among them."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0


class Turns:
    """One at a time at each site, first come, first served; `at_once` at all sites together."""

    def __init__(self, at_once: int) -> None:
        self._room = asyncio.Semaphore(at_once)
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def at(self, site_id: str) -> AsyncIterator[None]:
        """Raises TimeoutError for who waits longer than the activity's caller does."""
        line = self._lines.setdefault(site_id, _Line())
        line.wanted += 1
        try:
            async with in_turn(line.turn, self._room):
                yield
        finally:
            line.wanted -= 1
            if not line.wanted:
                del self._lines[site_id]


@asynccontextmanager
async def in_turn(*turns: asyncio.Lock | asyncio.Semaphore) -> AsyncIterator[None]:
    """With all of `turns`, in their order. Raises TimeoutError as `Turns.at`."""
    async with AsyncExitStack() as stack:
        async with asyncio.timeout(_patience_s()):
            for turn in turns:
                await stack.enter_async_context(turn)
        yield


def _patience_s() -> float | None:
    """The server tells an activity that does not report itself nothing of its timeout. None: no end."""
    patience = activity.info().start_to_close_timeout if activity.in_activity() else None
    return None if patience is None else patience.total_seconds()
