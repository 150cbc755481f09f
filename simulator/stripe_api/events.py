"""Events: a snapshot of an object at the moment something happened to it (docs.stripe.com/api/events)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from simulator.stripe_api.errors import StripeObject
from simulator.stripe_api.store import Store

API_VERSION = "2026-10-28.endive"
"""The version the pinned `stripe` package speaks; stamped on events."""


@dataclass(frozen=True)
class RequestContext:
    """The request an event came from, as `event.request` names it."""

    id: str | None = None
    idempotency_key: str | None = None


class EventLog:
    """Records events and hands each to `deliver`.

    Handlers run to their end without awaiting, so one current request is enough.
    """

    def __init__(self, store: Store, deliver: Callable[[StripeObject], None]) -> None:
        self._store = store
        self._deliver = deliver
        self.request = RequestContext()

    def record(self, type_: str, subject: StripeObject) -> StripeObject:
        """Keep an event of `type_` about `subject` as it is now, and queue its delivery."""
        event = self._store.add(
            "events",
            "evt",
            {
                "object": "event",
                "api_version": API_VERSION,
                "data": {"object": deepcopy(subject)},
                "pending_webhooks": 0,
                "request": {"id": self.request.id, "idempotency_key": self.request.idempotency_key},
                "type": type_,
            },
        )
        self._deliver(event)
        return event
