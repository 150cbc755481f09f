"""The live connections of this gateway, one a charger; the charger-command activities' way to a charger."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging import CommandOutcome
from domain.commands import Command, CommandReply, RemoteStart, ReserveNow
from ocpp_gateway.connection import ChargerConnection
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.remote_start_gate import RemoteStartGate
from ocpp_gateway.store.chargers import learn

log = structlog.get_logger(__name__)

_RESERVED_OR_COULD = frozenset({CommandOutcome.ACCEPTED, CommandOutcome.OCCUPIED})
_UNANSWERED = frozenset({CommandOutcome.NO_RESPONSE, CommandOutcome.NOT_CONNECTED})


class Connections:
    """Implements activities.chargers.ChargerLink."""

    def __init__(self, engine: AsyncEngine, metrics: GatewayMetrics) -> None:
        self._engine = engine
        self._metrics = metrics
        self._live: dict[str, ChargerConnection] = {}
        self._can_reserve: dict[str, bool] = {}
        self._remote_starts = RemoteStartGate(engine)

    def __iter__(self) -> Iterator[ChargerConnection]:
        return iter(list(self._live.values()))

    def __len__(self) -> int:
        return len(self._live)

    def get(self, charger_id: str) -> ChargerConnection | None:
        return self._live.get(charger_id)

    def add(self, connection: ChargerConnection) -> ChargerConnection | None:
        """Make it the charger's connection unless a newer one is there; the one to close, if any."""
        current = self._live.get(connection.charger_id)
        if current is not None and current.epoch > connection.epoch:
            return connection
        if current is not None:
            self._metrics.disconnected(current.version)
        self._live[connection.charger_id] = connection
        self._metrics.connected(connection.version)
        return current

    def remove(self, connection: ChargerConnection) -> None:
        if self._live.get(connection.charger_id) is connection:
            del self._live[connection.charger_id]
            self._metrics.disconnected(connection.version)

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        started = time.monotonic()
        connection = self._live.get(charger_id)
        if connection is None or connection.epoch != epoch:
            reply = CommandReply(outcome=CommandOutcome.NOT_CONNECTED, detail="no connection of that epoch")
        else:
            reply = await self._refusal(charger_id, command) or await connection.command(command)
        seconds = None if reply.outcome in _UNANSWERED else time.monotonic() - started
        self._metrics.command(type(command).__name__, reply.outcome.value, seconds)
        if isinstance(command, ReserveNow):
            await self._learn(charger_id, reply)
        return reply

    async def _refusal(self, charger_id: str, command: Command) -> CommandReply | None:
        """The access gate's reply to a start that must not be sent."""
        if not isinstance(command, RemoteStart):
            return None
        return await self._remote_starts.refusal(charger_id, command, datetime.now(UTC))

    async def _learn(self, charger_id: str, reply: CommandReply) -> None:
        """Does the charger know ReserveNow? Rejected and silence say nothing about it."""
        if reply.outcome is CommandOutcome.NOT_SUPPORTED:
            able = False
        elif reply.outcome in _RESERVED_OR_COULD:
            able = True
        else:
            return
        if self._can_reserve.get(charger_id) is able:
            return
        try:
            async with self._engine.begin() as connection:
                await learn(connection, charger_id, "reserve_now", able)
        except (SQLAlchemyError, OSError) as error:
            log.warning("capability_not_stored", charger=charger_id, error=repr(error))
            return  # the next reservation teaches it again
        self._can_reserve[charger_id] = able
