"""The relay: signals committed events to reservation workflows until each is delivered.

Woken right after a commit, and by a sweep for what a dead process or an unreachable Temporal left behind. It
never holds a database connection while it talks to Temporal.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.reservation_code import workflow_id
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.store.deliveries import Delivery, claim, postpone, settle
from ocpp_gateway.store.inbox import read_event

log = structlog.get_logger(__name__)

SIGNAL = "charger_event"
SIGNALLED, NO_WORKFLOW, UNREADABLE = "signalled", "no_workflow", "unreadable"
_RPC_TIMEOUT = timedelta(seconds=5)
_PATIENCE = timedelta(seconds=15)
"""How long a claim lasts: well beyond the timeout of a signal."""
_BATCH = 64
_LONGEST_PAUSE_S = 10.0


class Relay:
    """`client` returns None while Temporal has never been reached."""

    def __init__(
        self,
        engine: AsyncEngine,
        client: Callable[[], Client | None],
        metrics: GatewayMetrics,
        *,
        sweep_s: float = 1.0,
    ) -> None:
        self._engine = engine
        self._client = client
        self._metrics = metrics
        self._sweep_s = sweep_s
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something was committed; deliver it now."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._sweep_s):
                    await self._woken.wait()
            self._woken.clear()
            await self.deliver_all()

    async def deliver_all(self) -> None:
        """Deliver everything that is due; what fails is left for a later sweep."""
        try:
            while self._client() is not None and await self._deliver_some():
                pass
        except (SQLAlchemyError, OSError) as error:
            log.warning("relay_without_database", error=repr(error))

    async def _deliver_some(self) -> bool:
        client = self._client()
        if client is None:
            return False
        async with self._engine.begin() as connection:
            batch = await claim(connection, datetime.now(UTC), patience=_PATIENCE, limit=_BATCH)
        if not batch:
            return False
        # One event that cannot be sent, for whatever reason, holds up its own reservation only.
        results = await asyncio.gather(
            *(self._deliver(client, delivery) for delivery in batch), return_exceptions=True
        )
        outcomes: dict[str, list[int]] = {}
        failed: list[Delivery] = []
        for delivery, outcome in zip(batch, results, strict=True):
            if isinstance(outcome, BaseException):
                log.error("signal_broke", reservation=delivery.reservation_code, exc_info=outcome)
                failed.append(delivery)
            elif outcome is None:
                failed.append(delivery)
            else:
                outcomes.setdefault(outcome, []).append(delivery.id)
                self._metrics.delivered(outcome, 0.0)
        async with self._engine.begin() as connection:
            await settle(connection, outcomes, datetime.now(UTC))
            for delivery in failed:
                await postpone(connection, [delivery.id], datetime.now(UTC) + _pause(delivery.attempts))
        return bool(outcomes)

    async def _deliver(self, client: Client, delivery: Delivery) -> str | None:
        """The outcome; None: Temporal could not take it, try again later."""
        try:
            event = read_event(delivery.payload, matches_driver=delivery.matches_driver)
        except ValidationError:
            log.exception("event_unreadable", delivery=delivery.id)
            return UNREADABLE
        handle = client.get_workflow_handle(workflow_id(delivery.reservation_code))
        try:
            await handle.signal(SIGNAL, event, rpc_timeout=_RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return NO_WORKFLOW
            log.warning("signal_failed", reservation=delivery.reservation_code, status=error.status.name)
            return None
        return SIGNALLED


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=min(0.5 * 2 ** min(attempts, 10), _LONGEST_PAUSE_S))
