"""The target "a reservation's workflow", reached by a signal. Which one, and how its message is read, is data."""

from collections.abc import Callable, Mapping, Set
from typing import Any

import structlog
from pydantic import ValidationError
from temporalio.client import Client

from db.delivery.outbox import Delivery
from db.tables import Target
from delivery.target import UNREADABLE, TargetAway, TryAgain
from workflows.client.failures import TemporalAway
from workflows.client.signals import SignalRefused, signal_reservation

log = structlog.get_logger(__name__)


class ReservationSignal:
    """One signal to whatever reservation. `client` returns None while Temporal has never been reached."""

    def __init__(self, client: Callable[[], Client | None], signal: str) -> None:
        self._client = client
        self._signal = signal

    @property
    def ready(self) -> bool:
        return self._client() is not None

    async def send(self, code: str, message: Any) -> str:
        """`signalled`, or `no_workflow`. Raises TargetAway and TryAgain."""
        client = self._client()
        if client is None:
            raise TargetAway("Temporal was never reached")
        try:
            return await signal_reservation(client, code, self._signal, message)
        except TemporalAway as away:
            raise TargetAway(str(away)) from away
        except SignalRefused as refused:
            raise TryAgain(str(refused)) from refused


class ReservationTarget:
    """Each key is a reservation code; `read` makes the message of the payload and what only this one is told.

    `read` raises pydantic.ValidationError for what cannot be read. `kinds`: all that this version knows. While
    versions change, what a newer process recorded may be claimed here: it waits for one that knows it.
    """

    def __init__(
        self,
        name: Target,
        signal: ReservationSignal,
        read: Callable[[Mapping[str, Any]], Any],
        kinds: Set[str],
    ) -> None:
        self._name = name
        self._signal = signal
        self._read = read
        self._kinds = kinds

    @property
    def name(self) -> Target:
        return self._name

    @property
    def ready(self) -> bool:
        return self._signal.ready

    async def deliver(self, delivery: Delivery) -> str:
        if delivery.kind not in self._kinds:
            raise TryAgain(f"this version does not know events of kind {delivery.kind!r}")
        try:
            message = self._read({**delivery.payload, **delivery.extra})
        except ValidationError:
            log.exception("fact_unreadable", target=self._name, event_id=delivery.event_id)
            return UNREADABLE
        return await self._signal.send(delivery.key, message)
