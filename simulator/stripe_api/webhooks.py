"""Signed webhook deliveries, with retries and, on demand, the disorder real ones come in.

Signature: `Stripe-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">` (docs.stripe.com/webhooks).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass

import httpx

from simulator.stripe_api.errors import StripeObject
from simulator.stripe_api.settings import StripeApiSettings
from simulator.stripe_api.store import Store

log = logging.getLogger(__name__)

ATTEMPT_TIMEOUT_SECONDS = 10.0
ATTEMPTS_REMEMBERED = 1000


@dataclass(frozen=True)
class Misbehaviour:
    """How deliveries go wrong.

    `duplicate`: extra copies of each event. `delay_seconds`: wait before each. `reorder`: collect this many
    events, then send them last first (a flush sends what is collected). `drop`: lose this many next events.
    `hold`: collect all, and a flush sends them in order: days late, when time was let pass meanwhile.
    """

    duplicate: int = 0
    delay_seconds: float = 0.0
    reorder: int = 1
    drop: int = 0
    hold: bool = False


def signature_header(body: str, secret: str, at: int) -> str:
    """The `Stripe-Signature` header of `body`, signed at unix second `at`."""
    digest = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Webhooks:
    """One endpoint. First attempts go out one after the other; retries do not hold up later events."""

    def __init__(self, settings: StripeApiSettings, store: Store, client: httpx.AsyncClient) -> None:
        self.url = settings.webhook_url
        self.secret = settings.webhook_secret
        self.attempts: deque[StripeObject] = deque(maxlen=ATTEMPTS_REMEMBERED)
        self._retry_seconds = settings.webhook_retry_seconds
        self._clock = settings.clock
        self._store = store
        self._client = client
        self._misbehaviour = Misbehaviour()
        self._drops_left = 0
        self._collected: list[StripeObject] = []
        self._queue: asyncio.Queue[StripeObject] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._outstanding = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def start(self) -> None:
        """Begin delivering, what an earlier run left undelivered first."""
        self._spawn(self._deliver_in_order())
        if self.url is not None:
            for event in self._store.all("events"):
                if event["pending_webhooks"]:
                    self._enqueue(event)

    async def close(self) -> None:
        """Stop; undelivered events stay pending."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    def misbehave(self, how: Misbehaviour) -> None:
        """Apply to events from now on; what was collected for reordering goes out."""
        self.flush()
        self._misbehaviour = how
        self._drops_left = how.drop

    def deliver(self, event: StripeObject) -> None:
        """Queue a new event, unless no endpoint is set or it is to be lost."""
        if self.url is None:
            return
        event["pending_webhooks"] = 1
        if self._drops_left > 0:
            self._drops_left -= 1
            return
        self._collected.append(event)
        if not self._misbehaviour.hold and len(self._collected) >= self._misbehaviour.reorder:
            self.flush()

    def flush(self) -> None:
        """Send what was collected: last first, or in order when it was only held."""
        collected, self._collected = self._collected, []
        if not self._misbehaviour.hold:
            collected.reverse()
        for event in collected:
            for _ in range(1 + self._misbehaviour.duplicate):
                self.redeliver(event)

    def redeliver(self, event: StripeObject) -> None:
        """Send once more, whatever happened before."""
        if self._misbehaviour.delay_seconds > 0:
            self._outstanding += 1
            self._idle.clear()
            self._spawn(self._enqueue_later(event, self._misbehaviour.delay_seconds))
        else:
            self._enqueue(event)

    async def settled(self) -> None:
        """Flush, then return once every delivery has succeeded or been given up."""
        self.flush()
        await self._idle.wait()

    def _enqueue(self, event: StripeObject) -> None:
        self._outstanding += 1
        self._idle.clear()
        self._queue.put_nowait(event)

    async def _enqueue_later(self, event: StripeObject, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._queue.put_nowait(event)

    async def _deliver_in_order(self) -> None:
        while True:
            event = await self._queue.get()
            if await self._attempt(event, 1):
                self._done()
            else:
                self._spawn(self._retry(event))

    async def _retry(self, event: StripeObject) -> None:
        for number, seconds in enumerate(self._retry_seconds, start=2):
            await asyncio.sleep(seconds)
            if await self._attempt(event, number):
                break
        self._done()

    def _done(self) -> None:
        self._outstanding -= 1
        if self._outstanding == 0:
            self._idle.set()

    async def _attempt(self, event: StripeObject, number: int) -> bool:
        if self.url is None:
            return True
        body = json.dumps(event)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature_header(body, self.secret, int(self._clock())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        status: int | None = None
        try:
            status = (await self._client.post(self.url, content=body, headers=headers)).status_code
        except httpx.HTTPError as exc:
            log.info("webhook attempt failed: %s %s", event["id"], type(exc).__name__)
        delivered = status is not None and 200 <= status < 300
        if delivered:
            event["pending_webhooks"] = 0
            self._store.save()
        self.attempts.append(
            {"event": event["id"], "type": event["type"], "attempt": number, "status": status}
        )
        return delivered

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.error("webhook delivery stopped", exc_info=failure)
