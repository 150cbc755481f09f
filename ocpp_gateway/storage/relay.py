"""The relay: signals committed events to reservation workflows until each is delivered.

Woken right after a commit, and by a sweep for what a dead process or an unreachable Temporal left behind. It
never holds a database connection while it talks to Temporal. While Temporal is away it tries one event now and
then, however many are committed meanwhile.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure, NotFoundFailure
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.reservation.code import workflow_id
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.storage.deliveries import Backlog, Delivery, Settled, backlog, claim, settle
from ocpp_gateway.storage.inbox import read_event

log = structlog.get_logger(__name__)

SIGNAL = "charger_event"
SIGNALLED, NO_WORKFLOW, UNREADABLE = "signalled", "no_workflow", "unreadable"
_RPC_TIMEOUT = timedelta(seconds=5)
_PATIENCE = timedelta(seconds=15)
"""How long a claim lasts: well beyond the timeout of a signal."""
_BATCH = 64
_LONGEST_PAUSE_S = 10.0
_LONGEST_REST_S = 5.0
_AWAY = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
        RPCStatusCode.UNAUTHENTICATED,
        RPCStatusCode.PERMISSION_DENIED,
    }
)
"""What calls say when Temporal is away, overloaded or closed to us, rather than one workflow out of order."""
_LOOK_EVERY_S = 5.0
_GAP_S = 0.02
"""Between two looks at the outbox: with thousands of commits a second, each would wake it for a few rows."""


class _TemporalAway(Exception):
    """The signal met nobody; another try costs nothing but time."""

    code = "temporal_away"


@dataclass(frozen=True, slots=True)
class _Round:
    """One batch: how many were delivered, and whether every single one met nobody."""

    delivered: int
    away: bool


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
        # Every statement is a transaction of its own: one round trip each.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._client = client
        self._metrics = metrics
        self._sweep_s = sweep_s
        self._woken = asyncio.Event()
        self._rounds_away = 0
        self._after = ""
        """The reservation that had its turn last."""
        self._backlog = Backlog(count=0, oldest_at=None)
        self._looked_at: float | None = None
        metrics.watch("relay_undelivered", lambda: self._backlog.count)
        metrics.watch("relay_oldest_seconds", lambda: _age_s(self._backlog.oldest_at))
        metrics.watch("relay_read_age_seconds", self._read_age_s)

    def wake(self) -> None:
        """Something was committed; deliver it now."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            if self._rounds_away:
                await asyncio.sleep(_rest_s(self._rounds_away))
            else:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._sweep_s):
                        await self._woken.wait()
                await asyncio.sleep(_GAP_S)
            self._woken.clear()
            await self.deliver_all()
            await self._look()

    async def deliver_all(self) -> None:
        """Deliver everything that is due; what fails is left for a later sweep."""
        try:
            while (client := self._client()) is not None:
                done = await self._deliver_some(client)
                if done.away:
                    self._rounds_away += 1
                    log.warning("temporal_away", rounds=self._rounds_away)
                    return
                if not done.delivered:
                    return
                self._rounds_away = 0
        except (SQLAlchemyError, OSError) as error:
            log.warning("relay_without_database", error=type(error).__name__)

    async def _deliver_some(self, client: Client) -> _Round:
        limit = 1 if self._rounds_away else _BATCH
        batch = await self._claim(limit)
        if not batch:
            self._rounds_away = 0
            return _Round(delivered=0, away=False)
        # One event that cannot be sent, for whatever reason, holds up its own reservation only.
        results = await asyncio.gather(
            *(self._deliver(client, delivery) for delivery in batch), return_exceptions=True
        )
        now = datetime.now(UTC)
        away = all(isinstance(result, _TemporalAway) for result in results)
        settled = [
            self._settled(delivery, result, now, away=away)
            for delivery, result in zip(batch, results, strict=True)
        ]
        async with self._engine.connect() as connection:
            await settle(connection, settled, now)
        return _Round(delivered=sum(1 for item in settled if item.outcome), away=away)

    async def _claim(self, limit: int) -> Sequence[Delivery]:
        """What is due next; empty once every reservation has been looked at in vain."""
        passes = 1 if not self._after else 2
        async with self._engine.connect() as connection:
            while passes:
                claimed = await claim(
                    connection, datetime.now(UTC), patience=_PATIENCE, limit=limit, after=self._after
                )
                self._after = claimed.after
                if claimed.taken:
                    return claimed.taken
                if not self._after:
                    passes -= 1
        return ()

    def _settled(
        self, delivery: Delivery, result: str | BaseException, now: datetime, *, away: bool
    ) -> Settled:
        if isinstance(result, str):
            self._metrics.delivered(result, max(0.0, (now - delivery.received_at).total_seconds()))
            return Settled(id=delivery.id, outcome=result)
        if away:
            return Settled(
                id=delivery.id
            )  # the relay itself rests: no event waits longer for having been tried
        if not isinstance(result, _TemporalAway | RPCError):
            log.error("signal_broke", reservation=delivery.reservation_code, exc_info=result)
        else:
            log.warning("signal_failed", reservation=delivery.reservation_code, error=str(result))
        return Settled(id=delivery.id, not_before=now + _pause(delivery.attempts))

    async def _deliver(self, client: Client, delivery: Delivery) -> str:
        """The outcome. Raises _TemporalAway or RPCError: to be tried again."""
        try:
            event = read_event(delivery.payload, matches_driver=delivery.matches_driver)
        except ValidationError:
            log.exception("event_unreadable", delivery=delivery.id)
            return UNREADABLE
        handle = client.get_workflow_handle(workflow_id(delivery.reservation_code))
        try:
            await handle.signal(SIGNAL, event, rpc_timeout=_RPC_TIMEOUT)
        except RPCError as error:
            if _is_without_workflow(error):
                return NO_WORKFLOW
            if error.status in _AWAY or _is_without_namespace(error):
                raise _TemporalAway(error.status.name) from error
            raise
        return SIGNALLED

    async def _look(self) -> None:
        """Read the backlog for the metrics, every few seconds."""
        now = time.monotonic()
        if self._looked_at is not None and now - self._looked_at < _LOOK_EVERY_S:
            return
        try:
            async with self._engine.connect() as connection:
                self._backlog = await backlog(connection)
        except (SQLAlchemyError, OSError) as error:
            log.warning("backlog_not_read", error=type(error).__name__)
            return
        self._looked_at = now

    def _read_age_s(self) -> float:
        return math.nan if self._looked_at is None else time.monotonic() - self._looked_at


def _is_without_workflow(error: RPCError) -> bool:
    """It is closed, or was never begun: the only answers that are final. NOT_FOUND alone may mean anything."""
    return error.status is RPCStatusCode.NOT_FOUND and _has_detail(error, NotFoundFailure)


def _is_without_namespace(error: RPCError) -> bool:
    """Misspelt, or not there any more: Temporal knows nothing of any workflow, so nothing is said of ours."""
    return error.status is RPCStatusCode.NOT_FOUND and _has_detail(error, NamespaceNotFoundFailure)


def _has_detail(error: RPCError, kind: type[NotFoundFailure | NamespaceNotFoundFailure]) -> bool:
    return any(detail.Is(kind.DESCRIPTOR) for detail in error.grpc_status.details)


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=min(0.5 * 2 ** min(attempts, 10), _LONGEST_PAUSE_S))


def _rest_s(rounds: int) -> float:
    return min(0.25 * float(2 ** min(rounds, 10)), _LONGEST_REST_S)


def _age_s(moment: datetime | None) -> float:
    return 0.0 if moment is None else max(0.0, (datetime.now(UTC) - moment).total_seconds())
