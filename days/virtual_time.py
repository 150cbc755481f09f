"""The time of one day: it stands still while something happens and jumps to what is due next."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

Work = Callable[[], Awaitable[None]]

TICK = timedelta(milliseconds=5)
"""What a step of a workflow or an activity takes: no two of them happen at the same instant."""


@dataclass(slots=True)
class Alarm:
    """Something that is due at a time, until it was cancelled."""

    at: datetime
    work: Work
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass(slots=True)
class VirtualTime:
    _now: datetime
    _due: list[tuple[datetime, int, Alarm]] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def now(self) -> datetime:
        return self._now

    def ticks(self) -> datetime:
        """A moment later; the new time."""
        self._now += TICK
        return self._now

    def at(self, when: datetime, work: Work) -> Alarm:
        """Of two at the same time, the one that was asked for first comes first."""
        alarm = Alarm(max(when, self._now), work)
        heapq.heappush(self._due, (alarm.at, next(self._numbers), alarm))
        return alarm

    def after(self, delay_s: float, work: Work) -> Alarm:
        return self.at(self._now + timedelta(seconds=max(delay_s, 0)), work)

    def next_due(self) -> datetime | None:
        while self._due and self._due[0][2].cancelled:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    async def jump(self) -> None:
        """To what is due next, and do it. Nothing is due: IndexError."""
        while True:
            _, _, alarm = heapq.heappop(self._due)
            if not alarm.cancelled:
                break
        self._now = max(self._now, alarm.at)
        await alarm.work()

    # --- as chargers live by it ------------------------------------------------------------------------
    def later(self, delay_s: float, work: Callable[[], None]) -> Alarm:
        async def do() -> None:
            work()

        return self.after(delay_s, do)

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        self.after(seconds, wake)
        await woken
