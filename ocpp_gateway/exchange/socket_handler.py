"""One socket from its handshake to its end: lease, connection, service, departure."""

import asyncio
from collections.abc import Callable, Mapping

import structlog
from sqlalchemy.exc import SQLAlchemyError
from websockets.asyncio.server import ServerConnection

from ocpp_gateway.admission.handshake import charger_of
from ocpp_gateway.duties.capabilities.probes import CapabilityProbes
from ocpp_gateway.duties.doubts import Doubts
from ocpp_gateway.duties.refused_transactions import RefusedTransactions
from ocpp_gateway.duties.report_handler import ReportHandler
from ocpp_gateway.exchange.connection import ChargerConnection
from ocpp_gateway.exchange.follow_ups import FollowUps
from ocpp_gateway.exchange.hearing import Hearing
from ocpp_gateway.exchange.leases import REPLACED, LeaseKeeper
from ocpp_gateway.exchange.message_budget import MessageBudget
from ocpp_gateway.exchange.registry import ConnectionRegistry
from ocpp_gateway.exchange.traffic import TrafficFlusher
from ocpp_gateway.exchange.websocket import ChargerSocket
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.storage.lanes import DatabaseAway
from ocpp_gateway.storage.leases import Lease
from ocpp_gateway.wire.subprotocols import meant_subprotocol
from ocpp_gateway.wire.version import Version

log = structlog.get_logger(__name__)

SERVICE_RESTART = 1012
TRY_AGAIN_LATER = 1013
_BURST_S = 10
"""Seconds' worth of messages that a charger may send at once: what it queued while it was offline."""


class SocketHandler:
    """The handler of the WebSocket server. `messages_per_second`: what a charger may send on average.

    `accepting`: False from the moment the gateway drains.
    """

    def __init__(
        self,
        *,
        versions: Mapping[str, Version],
        connections: ConnectionRegistry,
        leases: LeaseKeeper,
        report_handler: ReportHandler,
        refused_transactions: RefusedTransactions,
        probes: CapabilityProbes,
        doubts: Doubts,
        traffic: TrafficFlusher,
        follow_ups: FollowUps,
        hearing: Hearing,
        metrics: GatewayMetrics,
        call_timeout_s: float,
        messages_per_second: int,
        accepting: Callable[[], bool],
    ) -> None:
        self._versions = versions
        self._connections = connections
        self._leases = leases
        self._report_handler = report_handler
        self._refused_transactions = refused_transactions
        self._probes = probes
        self._doubts = doubts
        self._traffic = traffic
        self._follow_ups = follow_ups
        self._hearing = hearing
        self._metrics = metrics
        self._call_timeout_s = call_timeout_s
        self._messages_per_second = messages_per_second
        self._accepting = accepting
        self.sockets = 0
        """Sockets past their handshake; a charger that connects again counts twice until its old one has closed."""

    async def serve(self, socket: ServerConnection) -> None:
        self.sockets += 1
        try:
            await self._admit(socket)
        finally:
            self.sockets -= 1

    async def _admit(self, socket: ServerConnection) -> None:
        charger_id = charger_of(socket.request.path) if socket.request is not None else None
        if charger_id is None or socket.subprotocol is None or not isinstance(socket, ChargerSocket):
            return  # the handshake lets nobody through without
        try:
            lease = await self._leases.take(charger_id, self._version(socket).subprotocol)
        except (DatabaseAway, SQLAlchemyError, OSError) as error:
            log.warning("connection_without_lease", charger=charger_id, error=repr(error))
            await socket.close(TRY_AGAIN_LATER, "try again later")
            return
        if lease is None:
            return
        self._hearing.spelled(self._version(socket), charger_id, str(socket.subprotocol))
        if self._accepting():
            await self._run(self._connection(socket, charger_id, lease))
            return
        self._leases.release(charger_id, lease.epoch)  # it came through the door while it was being closed
        await socket.close(SERVICE_RESTART, "service restart")

    def _connection(self, socket: ChargerSocket, charger_id: str, lease: Lease) -> ChargerConnection:
        return ChargerConnection(
            socket,
            charger_id=charger_id,
            lease=lease,
            version=self._version(socket),
            report_handler=self._report_handler,
            follow_ups=self._follow_ups,
            metrics=self._metrics,
            budget=MessageBudget(self._messages_per_second, _BURST_S * self._messages_per_second),
            call_timeout_s=self._call_timeout_s,
            hearing=self._hearing,
        )

    def _version(self, socket: ChargerSocket) -> Version:
        """Raises KeyError where the handshake has let another one through."""
        return self._versions[meant_subprotocol(str(socket.subprotocol), self._versions) or ""]

    async def _run(self, connection: ChargerConnection) -> None:
        replaced = self._connections.add(connection)
        closing = None
        if replaced is not None:
            # Aside: a half-open predecessor takes its time to close, the new connection does not wait.
            closing = asyncio.create_task(replaced.close(REPLACED, "replaced by a newer connection"))
        try:
            if replaced is not connection:
                self._follow_ups.events()
                self._refused_transactions.look(connection)
                self._probes.probe(connection)
                self._doubts.arrived(connection)
            await connection.run()
        finally:
            self._connections.remove(connection)
            self._refused_transactions.forget(connection)
            self._probes.forget(connection)
            self._traffic.closed(connection)
            self._leases.release(connection.charger_id, connection.epoch, connection.clock_offset)
            if closing is not None:
                await asyncio.gather(closing, return_exceptions=True)
