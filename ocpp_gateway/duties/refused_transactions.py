"""Stopping what must not run: a transaction that a charger began although its token was refused, or that goes on
although its reservation was cancelled, has expired, or could not be kept.

A driver who plugs in while their deposit is awaited may be paying at that moment (K1.4 of the field's cases): what was
refused for that alone is stopped a little later, unless it was paid and is theirs by then.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.commands import RemoteStop
from ocpp_gateway.duties.live_chargers import LiveCharger
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.storage.lanes import Lane
from ocpp_gateway.storage.open_sessions import refused_and_open

log = structlog.get_logger(__name__)

_PAUSES_S = (2.0, 10.0, 30.0, 60.0)
"""After each attempt; then the next boot or reconnect tries again."""
_WHILE_PAYING_S = 30.0
"""What is delivered meanwhile is refused all the same: no reservation prices it unless it is paid."""
_LARGEST_SET = 256


class RefusedTransactions:
    """One task a transaction, until the charger has ended it or the attempts are used up.

    `lane`: whoever arrives is looked up together with all others that arrive in the same moment.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        metrics: GatewayMetrics,
        while_paying_s: float = _WHILE_PAYING_S,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._sleep = sleep
        self._engine = engine
        self._while_paying_s = while_paying_s
        self._tasks: dict[tuple[str, int, str], asyncio.Task[None]] = {}
        self.lane = Lane("refused", self._find, metrics=metrics, largest=_LARGEST_SET)

    def stop(self, connection: LiveCharger, transaction_id: str, unpaid: bool = False) -> None:
        """Stop it, starting now, or when somebody who is paying has had the time. Asked again, it stays one effort."""
        key = (connection.charger_id, connection.epoch, transaction_id)
        if key in self._tasks:
            return
        pause_s = self._while_paying_s if unpaid else 0.0
        task = asyncio.create_task(self._stop(connection, transaction_id, pause_s))
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))

    def look(self, connection: LiveCharger) -> None:
        """Stop every refused transaction still open at the charger (after a boot or a reconnect)."""
        self.lane.submit(connection.charger_id, connection.charger_id, partial(self._found, connection))

    def forget(self, connection: LiveCharger) -> None:
        """The connection is gone, and with it every effort over it."""
        for key, task in list(self._tasks.items()):
            if key[:2] == (connection.charger_id, connection.epoch):
                task.cancel()

    def _found(self, connection: LiveCharger, refused: list[str] | BaseException) -> None:
        if isinstance(refused, BaseException):
            log.error("refused_transactions_unknown", charger=connection.charger_id, error=repr(refused))
        elif connection.is_open:
            for transaction_id in refused:
                self.stop(connection, transaction_id)

    async def _find(self, charger_ids: Sequence[str]) -> list[list[str]]:
        async with self._engine.connect() as database:
            return await refused_and_open(database, charger_ids)

    async def _stop(self, connection: LiveCharger, transaction_id: str, first_pause_s: float) -> None:
        if first_pause_s:
            await self._sleep(first_pause_s)
            if not await self._still_runs(connection.charger_id, transaction_id):
                return
        for pause_s in _PAUSES_S:
            reply = await connection.command(RemoteStop(transaction_id=transaction_id))
            log.info(
                "refused_transaction_stopped", charger=connection.charger_id, outcome=reply.outcome.value
            )
            await self._sleep(pause_s)
            if not await self._still_runs(connection.charger_id, transaction_id):
                return
        log.error("refused_transaction_runs_on", charger=connection.charger_id, transaction=transaction_id)

    async def _still_runs(self, charger_id: str, transaction_id: str) -> bool:
        try:
            return transaction_id in await self.lane.do(charger_id, charger_id)
        except SQLAlchemyError as error:
            log.warning("refused_transactions_unknown", charger=charger_id, error=repr(error))
            return True
