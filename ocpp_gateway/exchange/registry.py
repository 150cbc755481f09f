"""The live connections of this gateway, one a charger; the charger-command activities' way to a charger."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.commands import Command, CommandOutcome, CommandReply, RemoteStart
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.duties.device_holds.by_hand import note_if_by_hand
from ocpp_gateway.duties.device_holds.pushes import note_if_push
from ocpp_gateway.duties.device_model import note_if_report
from ocpp_gateway.duties.remote_starts import RemoteStartGate
from ocpp_gateway.duties.unlocks import note_if_unlock
from ocpp_gateway.exchange.connection import ChargerConnection
from ocpp_gateway.metrics import GatewayMetrics

_UNANSWERED = frozenset({CommandOutcome.NO_RESPONSE, CommandOutcome.NOT_CONNECTED})


class ConnectionRegistry:
    """Implements activities.chargers.commands.ChargerLink."""

    def __init__(
        self,
        engine: AsyncEngine,
        metrics: GatewayMetrics,
        capabilities: CapabilityRecords,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        self._engine = engine
        self._metrics = metrics
        self._capabilities = capabilities
        self._live: dict[str, ChargerConnection] = {}
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
            self._metrics.disconnected(current.version.number)
        self._live[connection.charger_id] = connection
        self._metrics.connected(connection.version.number)
        return current

    def remove(self, connection: ChargerConnection) -> None:
        if self._live.get(connection.charger_id) is connection:
            del self._live[connection.charger_id]
            self._metrics.disconnected(connection.version.number)

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        started = time.monotonic()
        connection = self._live.get(charger_id)
        if connection is None or connection.epoch != epoch:
            reply = CommandReply(outcome=CommandOutcome.NOT_CONNECTED, detail="no connection of that epoch")
        else:
            reply = await self._refusal(charger_id, command) or await self._command(connection, command)
        seconds = None if reply.outcome in _UNANSWERED else time.monotonic() - started
        self._metrics.command(type(command).__name__, reply.outcome.value, seconds)
        return reply

    async def _command(self, connection: ChargerConnection, command: Command) -> CommandReply:
        async with asyncio.TaskGroup() as beside:
            # Not before it: what is sent to a charger goes out in the order in which it was asked for.
            beside.create_task(note_if_push(self._engine, command, self._clock()))
            reply = await connection.command(command)
        await self._capabilities.learned(connection.charger_id, command, reply)
        await note_if_by_hand(self._engine, connection.charger_id, command, reply, self._clock())
        await note_if_report(self._engine, connection.charger_id, command, reply, self._clock())
        await note_if_unlock(
            self._engine, connection.charger_id, connection.epoch, command, reply, self._clock()
        )
        return reply

    async def _refusal(self, charger_id: str, command: Command) -> CommandReply | None:
        """The reply to what must not be sent: a start the access gate refuses, a hold the charger cannot take."""
        if isinstance(command, RemoteStart):
            return await self._remote_starts.refusal(charger_id, command, self._clock())
        return await self._capabilities.refusal(charger_id, command)
