"""Timers for deadlines: only the next is armed, and one that is still wanted later is kept.

Arming and cancelling are history events; the summary of each timer shows on the Temporal UI's timeline.
"""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from temporalio import workflow


class Deadline(Hashable, Protocol):
    @property
    def at(self) -> datetime: ...


Awaited = TypeVar("Awaited", bound=Deadline)


class Timers(Generic[Awaited]):
    def __init__(self, summary: Callable[[Awaited], str]) -> None:
        self._summary = summary
        self._next: Awaited | None = None
        self._armed: dict[Awaited, asyncio.Task[None]] = {}

    def aim(self, wanted: Sequence[Awaited]) -> None:
        """Aim at the first of `wanted` (soonest first); timers of deadlines that no longer exist are cancelled."""
        for gone in [deadline for deadline in self._armed if deadline not in wanted]:
            self._armed.pop(gone).cancel()
        self._next = wanted[0] if wanted else None
        now = workflow.now()
        if self._next is not None and self._next not in self._armed and self._next.at > now:
            self._armed[self._next] = asyncio.create_task(
                workflow.sleep(self._next.at - now, summary=self._summary(self._next))
            )

    def due(self) -> Awaited | None:
        """The next deadline, once its time has come."""
        if self._next is None:
            return None
        timer = self._armed.get(self._next)
        return self._next if timer is None or timer.done() else None

    def struck(self) -> None:
        """The deadline has been acted on: the same one may come again only by being aimed at again."""
        if self._next is not None:
            self._armed.pop(self._next, None)
        self._next = None
