"""What is seen often and matters little by itself: counted in memory by kind, written every few seconds.

Bounded at every step, and no message waits for it.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, Protocol, Self, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ocpp_gateway.rounds import rounds

log = structlog.get_logger(__name__)


class Seen(Protocol):
    """One kind, and how often it was seen."""

    @property
    def key(self) -> Hashable: ...

    def and_then(self, later: Self) -> Self:
        """Both together; `later` has the same key."""
        ...


Kind = TypeVar("Kind", bound=Seen)


class Tally(Generic[Kind]):
    """While the database is away, or when more than `most_waiting` kinds wait, the oldest are let go.

    `write`: a batch with distinct keys. `trouble`: what is logged when it cannot.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        write: Callable[[AsyncConnection, Sequence[Kind]], Awaitable[None]],
        *,
        flush_s: float,
        most_waiting: int,
        trouble: str,
    ) -> None:
        self._engine = engine
        self._write = write
        self._flush_s = flush_s
        self._most_waiting = most_waiting
        self._trouble = trouble
        self._waiting: OrderedDict[Hashable, Kind] = OrderedDict()

    def __len__(self) -> int:
        """Kinds not written yet."""
        return len(self._waiting)

    def add(self, seen: Kind) -> None:
        """Never waits."""
        earlier = self._waiting.get(seen.key)
        self._waiting[seen.key] = seen if earlier is None else earlier.and_then(seen)
        self._waiting.move_to_end(seen.key)
        while len(self._waiting) > self._most_waiting:
            self._waiting.popitem(last=False)

    async def run(self) -> None:
        """Write for ever; once more when cancelled."""
        try:
            await rounds(self._flush_s, self.flush)
        finally:
            with contextlib.suppress(asyncio.CancelledError):
                await self.flush()

    async def flush(self) -> None:
        """Write what waits; what cannot be written is kept for the next time, within bounds."""
        if not self._waiting:
            return
        batch, self._waiting = list(self._waiting.values()), OrderedDict()
        try:
            async with self._engine.begin() as connection:
                await self._write(connection, batch)
        except (SQLAlchemyError, OSError) as error:
            log.warning(self._trouble, waiting=len(batch), error=type(error).__name__)
            newer, self._waiting = self._waiting, OrderedDict((one.key, one) for one in batch)
            for one in newer.values():
                self.add(one)
