"""Those who ask for the same at one moment get one answer: in a race for a slot all losers want the same search."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Together(Generic[Answer]):
    """Searches, one at a time for each wish. One that has begun may have missed what came since: who asks then shares
    the next.
    """

    def __init__(self) -> None:
        self._begun: dict[Hashable, asyncio.Task[Answer]] = {}
        self._next: dict[Hashable, asyncio.Task[Answer]] = {}

    async def found(self, wish: Hashable, search: Callable[[], Awaitable[Answer]]) -> Answer:
        """What a search found that began after this was called; of those who share one, the first one's. It goes on
        when one of them leaves. Raises what it raises.
        """
        shared = self._next.get(wish)
        if shared is None:
            shared = asyncio.create_task(self._search(wish, search))
            shared.add_done_callback(_heard)
            self._next[wish] = shared
        return await asyncio.shield(shared)

    async def _search(self, wish: Hashable, search: Callable[[], Awaitable[Answer]]) -> Answer:
        if (before := self._begun.get(wish)) is not None:
            await asyncio.wait({before})
        self._begun[wish] = self._next.pop(wish)
        try:
            return await search()
        finally:
            if wish not in self._next:
                del self._begun[wish]


def _heard(search: "asyncio.Task[Answer]") -> None:
    """Also when nobody waits for it any more, asyncio has nothing to complain of."""
    if not search.cancelled():
        search.exception()
