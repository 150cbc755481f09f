"""Group commit: what many chargers wait for is done together, in one transaction, and answered after its commit.

A lane never loses an item. While Postgres is away the items wait (each charger has one at a time, so their
number is bounded by the connections); a batch that one bad item spoils is done again item by item.
"""

import asyncio
import contextlib
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

import structlog

from db.failures import is_contended, may_pass
from ocpp_gateway.metrics import GatewayMetrics

log = structlog.get_logger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")
Done = Callable[[Result | BaseException], None]

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0


class DatabaseAway(Exception):
    """Postgres did not take the item within the lane's patience."""

    code = "database_away"


class _Waiting(Generic[Item, Result]):
    __slots__ = ("done", "item", "key", "since")

    def __init__(self, item: Item, key: Hashable, done: "Done[Result]") -> None:
        self.item, self.key, self.done = item, key, done
        self.since = time.monotonic()


class Lane(Generic[Item, Result]):
    """`work` takes a batch and returns a result for each item in order; it commits before it returns.

    Items with equal keys are never in one batch and keep their order. `patience_s` None: wait for ever.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        metrics: GatewayMetrics,
        largest: int,
        workers: int = 1,
        patience_s: float | None = None,
    ) -> None:
        self.name = name
        self._work = work
        self._metrics = metrics
        self._largest = largest
        self._workers = workers
        self._patience_s = patience_s
        self._waiting: deque[_Waiting[Item, Result]] = deque()
        self._in_hand: dict[Hashable, float] = {}
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        """Items not answered yet."""
        return len(self._waiting) + len(self._in_hand)

    def oldest_s(self) -> float:
        """How long the first of those not answered yet has waited."""
        first = min(self._in_hand.values(), default=math.inf)
        if self._waiting:
            first = min(first, self._waiting[0].since)
        return 0.0 if first == math.inf else time.monotonic() - first

    def submit(self, item: Item, key: Hashable, done: "Done[Result]") -> None:
        """`done` is called once, with the result after its commit, or with what went wrong."""
        self._add(_Waiting(item, key, done))

    def _add(self, waiting: "_Waiting[Item, Result]") -> None:
        self._waiting.append(waiting)
        self._news.set()
        self._idle.clear()

    async def do(self, item: Item, key: Hashable) -> Result:
        """Submit and wait. Raises what `work` raises, and DatabaseAway. Cancelled, it no longer waits in line."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

        def done(result: Result | BaseException) -> None:
            if future.done():
                return
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

        waiting: _Waiting[Item, Result] = _Waiting(item, key, done)
        self._add(waiting)
        try:
            return await future
        finally:
            if not future.done() or future.cancelled():
                self._withdraw(waiting)

    def _withdraw(self, waiting: "_Waiting[Item, Result]") -> None:
        with contextlib.suppress(ValueError):  # in hand already
            self._waiting.remove(waiting)
        if not self._waiting and not self._in_hand:
            self._idle.set()

    async def finish(self) -> None:
        """Wait until nothing waits."""
        await self._idle.wait()

    async def run(self) -> None:
        """Work for ever."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._workers):
                group.create_task(self._labour())

    async def _labour(self) -> None:
        while True:
            await self._news.wait()
            batch = self._take()
            if not batch:
                self._news.clear()
                continue
            try:
                await self._complete(batch)
            finally:
                self._put_down(batch)

    def _take(self) -> "list[_Waiting[Item, Result]]":
        batch: list[_Waiting[Item, Result]] = []
        passed: list[_Waiting[Item, Result]] = []
        while self._waiting and len(batch) < self._largest:
            first = self._waiting.popleft()
            if first.key in self._in_hand:
                passed.append(first)
            else:
                self._in_hand[first.key] = first.since
                batch.append(first)
        self._waiting.extendleft(reversed(passed))
        return batch

    def _put_down(self, batch: "list[_Waiting[Item, Result]]") -> None:
        for waiting in batch:
            del self._in_hand[waiting.key]
        if self._waiting:
            self._news.set()
        elif not self._in_hand:
            self._idle.set()

    async def _complete(self, batch: "list[_Waiting[Item, Result]]") -> None:
        """Do it again for as long as Postgres is away. What was committed unseen is recognised by its keys."""
        pause_s = _FIRST_PAUSE_S
        while batch:
            started = time.monotonic()
            try:
                results = await self._work([waiting.item for waiting in batch])
            except Exception as error:  # noqa: BLE001 - whatever it is, its items are told
                if not may_pass(error) or (
                    len(batch) > 1 and is_contended(error)
                ):  # the others need not wait
                    await self._one_by_one(batch, error)
                    return
                if pause_s == _FIRST_PAUSE_S:  # once, not once an attempt
                    log.warning("database_away", lane=self.name, waiting=len(self), error=repr(error)[:200])
                batch = self._patient(batch)
            else:
                self._metrics.batch(self.name, len(batch), time.monotonic() - started)
                for waiting, result in zip(batch, results, strict=True):
                    _tell(waiting, result)
                return
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _patient(self, batch: "list[_Waiting[Item, Result]]") -> "list[_Waiting[Item, Result]]":
        """Those that may wait on; the others are told."""
        if self._patience_s is None:
            return batch
        latest = time.monotonic() - self._patience_s
        for waiting in batch:
            if waiting.since < latest:
                _tell(waiting, DatabaseAway(self.name))
        return [waiting for waiting in batch if waiting.since >= latest]

    async def _one_by_one(self, batch: "list[_Waiting[Item, Result]]", error: Exception) -> None:
        if len(batch) == 1:
            log.info("item_failed", lane=self.name, error=repr(error))
            _tell(batch[0], error)
            return
        log.warning("batch_taken_apart", lane=self.name, size=len(batch), error=repr(error))
        for waiting in batch:
            await self._complete([waiting])


def _tell(waiting: "_Waiting[Item, Result]", result: Result | BaseException) -> None:
    try:
        waiting.done(result)
    except Exception:
        log.exception("answer_failed")  # one charger's trouble is not the batch's
