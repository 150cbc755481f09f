"""The target "an address that the operator configured": one POST an event, received once it is answered with 2xx."""

import json
import time
from datetime import timedelta
from types import TracebackType
from typing import Self

import httpx

from db.delivery.outbox import Delivery
from db.tables import Target
from delivery.target import TargetAway, TryAgain
from webhooks.signature import signed_headers

RECEIVED = "received"

LONGEST_PAUSE = timedelta(minutes=5)
"""Between two attempts with an event that its receiver does not take."""
_TIMEOUT_S = 8.0
"""Of one attempt; below what the relay allows it."""
_AWAY = frozenset({429, 502, 503, 504})
"""It is nothing about this event."""


class WebhookTarget:
    """Outcome: `received`. The body: `{"type", "timestamp", "data"}`, the fact's kind, time and payload.

    Redirects are not followed, and of an answer only its status is read. Close it after use.
    """

    def __init__(self, name: Target, url: str, key: bytes, *, timeout_s: float = _TIMEOUT_S) -> None:
        self._name = name
        self._url = url
        self._key = key
        self._http = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    @property
    def name(self) -> Target:
        return self._name

    @property
    def ready(self) -> bool:
        return True

    async def deliver(self, delivery: Delivery) -> str:
        document = {"type": delivery.kind, "timestamp": delivery.at.isoformat(), "data": delivery.payload}
        body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
        status = await self._post(delivery.event_id, body)
        if 200 <= status < 300:
            return RECEIVED
        if status in _AWAY:
            raise TargetAway(f"answered {status}")
        raise TryAgain(f"answered {status}")

    async def _post(self, event_id: str, body: bytes) -> int:
        """The status. Each attempt is signed anew, as receivers refuse old timestamps."""
        headers = {
            "content-type": "application/json",
            **signed_headers(self._key, event_id, int(time.time()), body),
        }
        try:
            async with self._http.stream("POST", self._url, content=body, headers=headers) as response:
                return response.status_code
        except httpx.HTTPError as error:
            # Without the address: it may carry a password.
            raise TargetAway(type(error).__name__) from error
