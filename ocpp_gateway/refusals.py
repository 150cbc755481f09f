"""Stopping what must not run: a transaction that a charger began although its token was refused."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.commands import RemoteStop
from ocpp_gateway.connection import ChargerConnection
from ocpp_gateway.store.sessions import is_refused_and_open, refused_and_open

log = structlog.get_logger(__name__)

_PAUSES_S = (2.0, 10.0, 30.0, 60.0)
"""After each attempt; then the next boot or reconnect tries again."""


class RefusalEnforcer:
    """One task a transaction, until the charger has ended it or the attempts are used up."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._tasks: dict[tuple[str, int, str], asyncio.Task[None]] = {}

    def enforce(self, connection: ChargerConnection, transaction_id: str) -> None:
        """Stop it, starting now. Asked again while at it, it stays one effort."""
        key = (connection.charger_id, connection.epoch, transaction_id)
        if key not in self._tasks:
            self._start(key, self._stop(connection, transaction_id))

    def look(self, connection: ChargerConnection) -> None:
        """Stop every refused transaction still open at the charger (after a boot or a reconnect)."""
        key = (connection.charger_id, connection.epoch, "")
        if key not in self._tasks:
            self._start(key, self._stop_all(connection))

    def _start(self, key: tuple[str, int, str], work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))

    def forget(self, connection: ChargerConnection) -> None:
        """The connection is gone, and with it every effort over it."""
        for key, task in list(self._tasks.items()):
            if key[:2] == (connection.charger_id, connection.epoch):
                task.cancel()

    async def _stop_all(self, connection: ChargerConnection) -> None:
        try:
            async with self._engine.connect() as database:
                refused = await refused_and_open(database, connection.charger_id)
        except (SQLAlchemyError, OSError) as error:
            log.warning("refused_transactions_unknown", charger=connection.charger_id, error=repr(error))
            return
        for transaction_id in refused:
            self.enforce(connection, transaction_id)

    async def _stop(self, connection: ChargerConnection, transaction_id: str) -> None:
        for pause_s in _PAUSES_S:
            reply = await connection.command(RemoteStop(transaction_id=transaction_id))
            log.info(
                "refused_transaction_stopped", charger=connection.charger_id, outcome=reply.outcome.value
            )
            await asyncio.sleep(pause_s)
            if not await self._still_runs(connection.charger_id, transaction_id):
                return
        log.error("refused_transaction_runs_on", charger=connection.charger_id, transaction=transaction_id)

    async def _still_runs(self, charger_id: str, transaction_id: str) -> bool:
        try:
            async with self._engine.connect() as database:
                return await is_refused_and_open(database, charger_id, transaction_id)
        except (SQLAlchemyError, OSError) as error:
            log.warning("refused_transactions_unknown", charger=charger_id, error=repr(error))
            return True
