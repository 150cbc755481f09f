"""The target "an address that the operator configured": one POST an event, received once it is answered with 2xx."""

from datetime import timedelta
from types import TracebackType
from typing import Self

from db.delivery.outbox import Delivery
from db.tables import Target
from delivery.target import TargetAway, TryAgain
from webhooks.event_post import post_event
from webhooks.outgoing import WITHIN_S, new_client

RECEIVED = "received"

LONGEST_PAUSE = timedelta(minutes=5)
"""Between two attempts with an event that its receiver does not take."""


class WebhookTarget:
    """Outcome: `received`. What is sent: `webhooks.event_post`. Close it after use."""

    def __init__(self, name: Target, url: str, key: bytes, *, timeout_s: float = WITHIN_S) -> None:
        self._name = name
        self._url = url
        self._key = key
        self._timeout_s = timeout_s
        self._http = new_client(within_s=timeout_s)

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
        answer = await post_event(self._http, self._url, self._key, delivery, within_s=self._timeout_s)
        if answer.is_taken:
            return RECEIVED
        if answer.is_away:
            raise TargetAway(f"answered {answer}", pause=answer.pause)
        raise TryAgain(f"answered {answer}", pause=answer.pause)
