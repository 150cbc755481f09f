"""Pages and papers are made beside the event loop: so many at once, some more wait, whoever comes then is told so.

Making one takes the processor, a millisecond or two for each line; bookings are answered meanwhile.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from api.desk.refusals import Overloaded
from domain.facts.refused_for_now import TooManyDocuments

Made = TypeVar("Made")


class Press:
    def __init__(self, *, at_once: int = 2, waiting: int = 6) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._most = waiting
        self._waiting = 0

    async def made(self, make: Callable[[], Made]) -> Made:
        """What `make` gives, from a thread; it keeps its turn until it is done, also when nobody waits for it any more.

        Raises Overloaded.
        """
        if self._turns.locked() and self._waiting >= self._most:
            raise Overloaded(TooManyDocuments())
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        making = asyncio.ensure_future(asyncio.to_thread(make))
        making.add_done_callback(lambda _: self._turns.release())
        return await asyncio.shield(making)
