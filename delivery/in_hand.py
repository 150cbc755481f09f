"""What a relay has in hand: attempts under way, how many more may begin, and what those that are over came to."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from db.delivery.outbox import MOST_AT_ONCE, Delivery, receiver_of

_TOGETHER_S = 0.25
"""How long those that were begun together are waited for together: most are over by then, and cost one settlement."""


@dataclass(frozen=True, slots=True)
class Done:
    """`result`: the outcome, or what was raised. `began`: by the loop's clock."""

    delivery: Delivery
    began: float
    result: str | BaseException


class InHand:
    """`attempt`: one; whatever it raises is its result. `most`: attempts at once."""

    def __init__(self, attempt: Callable[[Delivery], Awaitable[str]], most: int) -> None:
        self._attempt = attempt
        self._most = most
        self._under_way: dict[asyncio.Task[str], tuple[Delivery, float]] = {}

    def __bool__(self) -> bool:
        return bool(self._under_way)

    @property
    def room(self) -> int:
        return self._most - len(self._under_way)

    def left(self, fewer: Mapping[str, int]) -> Mapping[str, int]:
        """How many more may begin of receivers that have some, or may have `fewer` than all others at once."""
        begun = Counter(receiver_of(delivery.key) for delivery, _ in self._under_way.values())
        return {who: fewer.get(who, MOST_AT_ONCE) - begun[who] for who in begun.keys() | fewer.keys()}

    async def begin(self, batch: Sequence[Delivery]) -> None:
        """Returns once all of them are over, or a moment later: who is slow keeps nobody else waiting."""
        now = asyncio.get_running_loop().time()
        fresh = {asyncio.ensure_future(self._attempt(delivery)): (delivery, now) for delivery in batch}
        self._under_way |= fresh
        await asyncio.wait(fresh, timeout=_TOGETHER_S)

    async def wait(self, woken: asyncio.Event, longest_s: float) -> None:
        """Until one is over, or `woken`."""
        waking = asyncio.ensure_future(woken.wait())
        try:
            await asyncio.wait(
                {*self._under_way, waking}, timeout=longest_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            waking.cancel()

    async def finish(self) -> None:
        """Until all are over."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    def take_done(self) -> Sequence[Done]:
        """Those that are over, once."""
        over = [task for task in self._under_way if task.done()]
        return [Done(*self._under_way.pop(task), _result(task)) for task in over]

    def cancel(self) -> None:
        """Their claims run out."""
        for task in self._under_way:
            task.cancel()
        self._under_way.clear()


def _result(task: asyncio.Task[str]) -> str | BaseException:
    if task.cancelled():
        return asyncio.CancelledError()
    return task.exception() or task.result()
