"""Timers for the deadlines: only the next is armed, and one that is still wanted later is kept.

Arming and cancelling are history events; the sentence of each timer shows on the Temporal UI's timeline.
"""

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.reservation.deadlines import Deadline


class DeadlineTimers:
    def __init__(self) -> None:
        self._next: Deadline | None = None
        self._armed: dict[Deadline, asyncio.Task[None]] = {}

    def aim(self, wanted: tuple[Deadline, ...], site_zone: str) -> None:
        """Aim at the first of `wanted` (soonest first); timers of deadlines that no longer exist are cancelled."""
        for gone in [deadline for deadline in self._armed if deadline not in wanted]:
            self._armed.pop(gone).cancel()
        self._next = wanted[0] if wanted else None
        now = workflow.now()
        if self._next is not None and self._next not in self._armed and self._next.at > now:
            sentence = self._next.sentence(site_zone, now)
            self._armed[self._next] = asyncio.create_task(
                workflow.sleep(self._next.at - now, summary=sentence)
            )

    def due(self) -> Deadline | None:
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
