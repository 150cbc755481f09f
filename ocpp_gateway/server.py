"""The gateway as one thing that starts, serves and drains. `running_gateway` runs one inside this process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from websockets.asyncio.server import Server, serve
from websockets.typing import Subprotocol

from db.engine import create_engine
from ocpp_gateway.background import Background
from ocpp_gateway.behaviour import Behaviour
from ocpp_gateway.capabilities.keeper import CapabilityKeeper, ProbeOptions
from ocpp_gateway.charger_socket import LARGEST_MESSAGE, ChargerSocket, Pause
from ocpp_gateway.connection import ChargerConnection, ConnectionHooks
from ocpp_gateway.connections import Connections
from ocpp_gateway.device_holds import DeviceHolds, HoldWatch
from ocpp_gateway.dialect import Dialect
from ocpp_gateway.door import Door, DoorOptions
from ocpp_gateway.health import HealthServer
from ocpp_gateway.keepalive import Keepalive
from ocpp_gateway.lanes import Lane
from ocpp_gateway.leases import LeaseKeeper
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.reception import SERVICE_RESTART, Reception
from ocpp_gateway.refusals import RefusalEnforcer
from ocpp_gateway.relay import charger_event_relay
from ocpp_gateway.retention import EventRetention
from ocpp_gateway.temporal_side import TemporalSide
from ocpp_gateway.traffic import TrafficFlusher
from ocpp_gateway.v16.dialect import Dialect16
from ocpp_gateway.v21.dialect import Dialect21
from ocpp_gateway.v201.dialect import Dialect201

log = structlog.get_logger(__name__)

_WAITING_TO_BE_ACCEPTED = 2048
"""Connections in the kernel's queue: beyond it, chargers of a storm would try again after whole seconds."""
_DRAIN_PATIENCE_S = 10.0
"""For what is under way in the database; what it cannot take by then is still with the charger, unanswered."""


class Gateway:
    """`connect` is tried until Temporal answers; chargers are served meanwhile."""

    def __init__(
        self, engine: AsyncEngine, connect: Callable[[], Awaitable[Client]], options: GatewayOptions
    ) -> None:
        self._engine = engine
        self._options = options
        self._dialects: dict[str, Dialect] = {
            d.subprotocol: d for d in (Dialect21(), Dialect201(), Dialect16())
        }
        self.metrics = GatewayMetrics()
        self.capabilities = CapabilityKeeper(engine, ProbeOptions(after_s=options.probe_after_s))
        self.connections = Connections(engine, self.metrics, self.capabilities)
        self.device_holds = DeviceHolds(
            engine,
            self.connections,
            self.capabilities,
            wake=self._wake,
            watch=HoldWatch(every_s=options.hold_watch_s, settle_s=options.hold_settle_s),
        )
        self.temporal = TemporalSide(
            connect,
            self.connections,
            instance=options.instance,
            call_timeout_s=options.call_timeout_s,
            connected=self._wake,
        )
        self.relay = charger_event_relay(
            engine, lambda: self.temporal.client, self.metrics, sweep_s=options.sweep_s
        )
        self._door = self._make_door()
        self._behaviour = Behaviour(engine, self.metrics, options.heartbeat_s)
        self._leases = LeaseKeeper(
            engine,
            self.connections,
            metrics=self.metrics,
            instance=options.instance,
            flush_s=options.flush_s,
            expiry_s=options.lease_expiry_s,
        )
        self._traffic = TrafficFlusher(engine, lambda: self.connections)
        self._retention = EventRetention(engine, kept=options.events_kept)
        self._keepalive = Keepalive(
            self.connections,
            ping_interval_s=options.ping_interval_s,
            ping_timeout_s=options.ping_timeout_s,
            slow_reader_s=options.slow_reader_s,
        )
        self._refusals = RefusalEnforcer(engine, self.metrics)
        self._reception = self._make_reception(self._refusals)
        self._health = HealthServer(self.metrics, lambda: self._accepting)
        self._background = Background()
        self._server: Server | None = None
        self._accepting = False
        self.port = 0
        self.metrics_port = 0
        self._watch()

    def _make_door(self) -> Door:
        options = self._options
        return Door(
            self._engine,
            self.metrics,
            DoorOptions(
                tls=options.tls,
                behind_tls=options.behind_tls,
                minimum_profile=options.minimum_profile,
                allow_unauthenticated=options.allow_unauthenticated,
            ),
            subprotocols=self._dialects,
            accepting=lambda: self._accepting,
            full=self._full,
        )

    def _make_reception(self, refusals: RefusalEnforcer) -> Reception:
        def booted(connection: ChargerConnection) -> None:
            refusals.look(connection)
            self.capabilities.probe(connection, booted=True)

        return Reception(
            dialects=self._dialects,
            connections=self.connections,
            leases=self._leases,
            behaviour=self._behaviour,
            refusals=refusals,
            capabilities=self.capabilities,
            traffic=self._traffic,
            hooks=ConnectionHooks(events=self._wake, refused=refusals.enforce, booted=booted),
            metrics=self.metrics,
            call_timeout_s=self._options.call_timeout_s,
            messages_per_second=self._options.messages_per_second,
            accepting=lambda: self._accepting,
        )

    @property
    def _lanes(self) -> "list[Lane[Any, Any]]":
        return [*self._behaviour.lanes, *self._leases.lanes, self._refusals.lane, self._door.lane]

    def _watch(self) -> None:
        for lane in self._lanes:
            self.metrics.watch("inbox_waiting", lane.__len__, lane=lane.name)
            self.metrics.watch("inbox_oldest_seconds", lane.oldest_s, lane=lane.name)
        self.metrics.watch("commands_pending", lambda: sum(len(c.pending()) for c in self.connections))

    @property
    def url(self) -> str:
        """What chargers are configured with; they append their identity."""
        scheme = "ws" if self._options.tls is None else "wss"
        return f"{scheme}://{self._options.host}:{self.port}/ocpp"

    def reload_tls(self) -> bool:
        """Read certificates, roots and revocations again, for connections from now on. False: unusable, logged."""
        return self._door.reload_tls()

    # -- life -------------------------------------------------------------------------------------------
    async def start(self) -> None:
        """Listen and serve. Raises OSError when a port is taken, TlsUnusable, and what the database raises."""
        options = self._options
        tls = self._door.open()
        if options.metrics_port is not None:
            self.metrics_port = await self._health.start(options.host, options.metrics_port)
        self._server = await serve(
            self._reception.serve,
            options.host,
            options.port,
            subprotocols=[Subprotocol(name) for name in self._dialects],
            process_request=self._door.handshake,
            ssl=tls,
            create_connection=ChargerSocket,
            compression="deflate" if options.compression else None,
            max_size=LARGEST_MESSAGE,
            ping_interval=None,  # `Keepalive` does it for all
            close_timeout=5,
            backlog=_WAITING_TO_BE_ACCEPTED,
            server_header=None,
            start_serving=False,
        )
        # Only now: whoever finds the port taken is a second gateway of our name, and the first one's leases live.
        await self._leases.adopt_leftovers()
        self._accepting = True
        await self._server.start_serving()
        self.port = int(next(iter(self._server.sockets)).getsockname()[1])
        self._background.start(
            (
                ("temporal", self.temporal.run),
                ("relay", self.relay.run),
                ("leases", self._leases.run),
                ("traffic", self._traffic.run),
                ("retention", self._retention.run),
                ("keepalive", self._keepalive.run),
                ("device_holds", self.device_holds.run),
                *((lane.name, lane.run) for lane in self._lanes if lane is not self._door.lane),
                *self._door.work,
            )
        )
        log.info("gateway_ready", url=self.url, instance=options.instance, metrics_port=self.metrics_port)

    async def drain(self) -> None:
        """Accept nobody, finish what is under way, send chargers elsewhere (1012), give leases back."""
        self._accepting = False
        if self._server is not None:
            self._server.close(close_connections=False)
        await self.temporal.drain()
        for connection in self.connections:
            connection.socket.pause(Pause.DRAINING)  # else a busy fleet's messages never end
        await self._finish(self._behaviour.lanes)
        await asyncio.gather(
            *(c.close(SERVICE_RESTART, "service restart") for c in self.connections), return_exceptions=True
        )
        await self._last_ones_out()
        await self._finish(self._leases.lanes)
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_PATIENCE_S):
                await self.relay.deliver_all()
        await self._traffic.flush()
        await self._background.stop()
        await self._health.stop()
        self._door.close()
        log.info("gateway_drained", instance=self._options.instance)

    async def _last_ones_out(self) -> None:
        try:
            async with asyncio.timeout(_DRAIN_PATIENCE_S):
                if self._server is not None:
                    await self._server.wait_closed()
        except TimeoutError:
            log.warning("drained_with_sockets", sockets=self._reception.sockets)

    @staticmethod
    async def _finish(lanes: "Collection[Lane[Any, Any]]") -> None:
        """Wait until all are empty at once: what one has done may lead to more in another."""
        try:
            async with asyncio.timeout(_DRAIN_PATIENCE_S):
                while any(len(lane) for lane in lanes):
                    for lane in lanes:
                        await lane.finish()
        except TimeoutError:
            log.warning("drained_without_database")

    def _full(self) -> bool:
        return self._reception.sockets >= self._options.max_connections

    def _wake(self) -> None:
        self.relay.wake()


@asynccontextmanager
async def running_gateway(
    database_url: str,
    *,
    client: Client | None = None,
    connect: Callable[[], Awaitable[Client]] | None = None,
    options: GatewayOptions | None = None,
) -> AsyncIterator[Gateway]:
    """A gateway on a free port inside this process.

    With neither `client` nor `connect` it runs as if Temporal were unreachable: events wait in the outbox.
    """
    engine = create_engine(database_url, pool_size=8, check_before_use=False, one_plan=True)

    async def given() -> Client:
        if client is None:
            raise RuntimeError("this gateway was given no Temporal")
        return client

    gateway = Gateway(engine, connect or given, options or GatewayOptions())
    try:
        await gateway.start()
        yield gateway
    finally:
        with suppress(asyncio.CancelledError):
            await gateway.drain()
        await engine.dispose()
