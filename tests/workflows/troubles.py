"""What goes wrong in the fake world, by activity name: a few times, for good, or by hanging once or until mended."""

import asyncio
from collections import Counter, defaultdict
from datetime import timedelta

from temporalio.activity import info as activity_info
from temporalio.exceptions import ApplicationError

from contracts.declaration import SUPERSEDED


class Troubles:
    def __init__(self) -> None:
        self._failures: Counter[str] = Counter()
        self._for_good: set[str] = set()
        self._away: set[str] = set()
        self._gates: dict[str, asyncio.Event] = {}
        self._hang_once: set[str] = set()
        self._superseded_once: set[str] = set()
        self._met: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def fail(self, activity: str, times: int = 1) -> None:
        """The next `times` attempts fail in a way worth retrying."""
        self._failures[activity] = times

    def fail_for_good(self, activity: str) -> None:
        """Every attempt fails in a way that no retry mends."""
        self._for_good.add(activity)

    def away(self, activity: str) -> None:
        """Every attempt fails in a way worth retrying, but not so soon that who waits would see it."""
        self._away.add(activity)

    def hang(self, activity: str) -> None:
        self._gates[activity] = asyncio.Event()
        self._met[activity].clear()

    def hang_once(self, activity: str) -> None:
        """The next attempt never ends by itself."""
        self._hang_once.add(activity)

    def supersede_once(self, activity: str) -> None:
        """The next attempt looks older than another one, as with clocks that differ."""
        self._superseded_once.add(activity)

    def mend(self, activity: str) -> None:
        self._for_good.discard(activity)
        self._away.discard(activity)
        self._failures.pop(activity, None)
        gate = self._gates.pop(activity, None)
        if gate:
            gate.set()

    def mend_all(self) -> None:
        for activity in {*self._for_good, *self._away, *self._failures, *self._gates}:
            self.mend(activity)

    async def until_hanging(self, activity: str) -> None:
        await self._met[activity].wait()

    async def meet(self, activity: str) -> None:
        """Called by every fake first. Raises or waits as scripted."""
        gate = self._gates.get(activity)
        if gate is not None:
            self._met[activity].set()
            await gate.wait()
        if activity in self._hang_once:
            self._hang_once.remove(activity)
            await asyncio.Event().wait()
        if activity in self._superseded_once:
            self._superseded_once.remove(activity)
            raise ApplicationError(f"{activity} came too late", type=SUPERSEDED, non_retryable=True)
        if activity in self._for_good:
            raise ApplicationError(f"{activity} is broken", type="broken", non_retryable=True)
        if activity in self._away:
            later = None if activity_info().is_local else timedelta(hours=1)
            raise ApplicationError(f"{activity} is away", type="away", next_retry_delay=later)
        if self._failures[activity] > 0:
            self._failures[activity] -= 1
            raise ApplicationError(f"{activity} failed this once", type="flaky")
