"""Transaction messages survive being offline: they wait here, in order, and keep their message id."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from simulator.charge_point.changes import Changes
from simulator.charge_point.link import Link
from simulator.charge_point.messages import (
    CallRefusedError,
    CallTimeoutError,
    Payload,
)


@dataclass(slots=True)
class Parcel:
    """One queued call. `payload` is asked for when sent: a StopTransaction learns its transaction id
    only from the answer to the StartTransaction queued before it."""

    action: str
    message_id: str
    payload: Callable[[], Payload]
    on_answer: Callable[[Payload], None] | None = None
    attempts: int = 0
    settled: bool = False


class Outbox:
    """Sends parcels one after another while the CSMS accepts them.

    A lost connection leaves a parcel at the head for the next one. A CALLERROR or silence is retried up
    to `attempts` times (1.6 TransactionMessageAttempts), then the parcel is given up.
    """

    def __init__(self, link: Link, changes: Changes, *, attempts: int, retry_delay_s: float) -> None:
        self._link = link
        self._changes = changes
        self._attempts = attempts
        self._retry_delay_s = retry_delay_s
        self._parcels: deque[Parcel] = deque()
        self.sending = False

    def __len__(self) -> int:
        return len(self._parcels)

    def __bool__(self) -> bool:
        return True

    async def submit(
        self,
        action: str,
        payload: Callable[[], Payload],
        on_answer: Callable[[Payload], None] | None = None,
    ) -> None:
        """Queues a call. Returns when it is answered or given up, or at once while offline."""
        parcel = Parcel(action, self._link.next_message_id(), payload, on_answer)
        self._parcels.append(parcel)
        self._changes.notify()
        await self._changes.until(lambda: parcel.settled or not self.sending)

    async def drain(self) -> None:
        """Sends for ever; cancelled, or ended by `NotConnectedError`, when the connection goes."""
        self.sending = True
        try:
            while True:
                await self._changes.until(lambda: len(self._parcels) > 0)
                await self._deliver(self._parcels[0])
        finally:
            self.sending = False
            self._changes.notify()

    async def _deliver(self, parcel: Parcel) -> None:
        try:
            answer = await self._link.call(parcel.action, parcel.payload(), parcel.message_id)
        except (CallRefusedError, CallTimeoutError):
            parcel.attempts += 1
            if parcel.attempts < self._attempts:
                await asyncio.sleep(self._retry_delay_s * parcel.attempts)
                return
        else:
            if parcel.on_answer is not None:
                parcel.on_answer(answer)
        parcel.settled = True
        self._parcels.popleft()
        self._changes.notify()
