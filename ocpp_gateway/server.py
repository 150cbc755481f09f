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
from db.migrations import revisions
from ocpp_gateway.admission.tls import ServerContext
from ocpp_gateway.background import Background
from ocpp_gateway.exchange.socket_handler import SERVICE_RESTART
from ocpp_gateway.exchange.websocket import ChargerSocket, Pause
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.parts import GatewayParts
from ocpp_gateway.storage.lanes import Lane
from ocpp_gateway.wire.skimming import LARGEST
from runtime.health_server import HealthServer
from runtime.readiness.database import database_need
from runtime.readiness.findings import NOT_SERVING
from runtime.readiness.home import home_need
from runtime.readiness.process import own_need
from runtime.readiness.readiness import Readiness
from runtime.readiness.temporal import TemporalLink, temporal_needs

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
        self._options = options
        link = TemporalLink(connect)
        self._parts = GatewayParts(engine, link.reach, options, accepting=lambda: self._accepting)
        self.readiness = Readiness(
            [
                own_need("serving", lambda: self._accepting, NOT_SERVING),
                database_need(engine, revisions()),
                *temporal_needs(link, optional=True),
                home_need(engine, link, optional=True),
            ]
        )
        self.metrics = self._parts.metrics
        self.connections = self._parts.connections
        self.capabilities = self._parts.capabilities
        self.probes = self._parts.probes
        self.temporal = self._parts.temporal
        self._health = HealthServer(
            self.readiness, alive=lambda: not self._draining, metrics=self.metrics.render
        )
        self._background = Background()
        self._server: Server | None = None
        self._accepting = False
        self._draining = False
        self.port = 0
        self.metrics_port = 0

    @property
    def url(self) -> str:
        """What chargers are configured with; they append their identity."""
        scheme = "ws" if self._options.tls is None else "wss"
        return f"{scheme}://{self._options.host}:{self.port}/ocpp"

    def reload_tls(self) -> bool:
        """Read certificates, roots and revocations again, for connections from now on. False: unusable, logged."""
        return self._parts.admission.reload_tls()

    # -- life -------------------------------------------------------------------------------------------
    async def open(self) -> None:
        """Take the ports and answer probes; chargers wait. Raises OSError when a port is taken, TlsUnusable."""
        options = self._options
        tls = self._parts.admission.open()
        if options.metrics_port is not None:
            self.metrics_port = await self._health.start(options.host, options.metrics_port)
        self._server = await self._listen(tls)

    async def serve(self) -> None:
        """After `open`: let chargers in. Raises what the database raises; may be tried again."""
        if self._server is None:
            raise RuntimeError("the gateway has not been opened")
        # Only now: whoever finds the port taken is a second gateway of our name, and the first one's leases live.
        await self._parts.leases.adopt_leftovers()
        self._accepting = True
        await self._server.start_serving()
        self.port = int(next(iter(self._server.sockets)).getsockname()[1])
        self._background.start(self._parts.work)
        log.info(
            "gateway_ready", url=self.url, instance=self._options.instance, metrics_port=self.metrics_port
        )

    async def _listen(self, tls: ServerContext | None) -> Server:
        """On the port, but nobody is let in yet."""
        options = self._options
        return await serve(
            self._parts.socket_handler.serve,
            options.host,
            options.port,
            subprotocols=[Subprotocol(name) for name in self._parts.versions],
            select_subprotocol=self._parts.admission.handshake.select,
            process_request=self._parts.admission.handshake,
            ssl=tls,
            create_connection=ChargerSocket,
            compression="deflate" if options.compression else None,
            max_size=LARGEST,
            ping_interval=None,  # `Keepalive` does it for all
            close_timeout=5,
            backlog=_WAITING_TO_BE_ACCEPTED,
            server_header=None,
            start_serving=False,
        )

    async def drain(self) -> None:
        """Accept nobody, finish what is under way, send chargers elsewhere (1012), give leases back."""
        self._accepting, self._draining = False, True
        if self._server is not None:
            self._server.close(close_connections=False)
        await self.temporal.drain()
        for connection in self.connections:
            connection.socket.pause(Pause.DRAINING)  # else a busy fleet's messages never end
        await self._finish(self._parts.report_handler.lanes)
        await asyncio.gather(
            *(c.close(SERVICE_RESTART, "service restart") for c in self.connections), return_exceptions=True
        )
        await self._last_ones_out()
        await self._finish(self._parts.leases.lanes)
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_PATIENCE_S):
                await self._parts.relay.deliver_all()
        await self._parts.traffic.flush()
        await self._background.stop()
        await self._health.stop()
        self._parts.admission.close()
        await self._parts.signing.close()
        log.info("gateway_drained", instance=self._options.instance)

    async def _last_ones_out(self) -> None:
        try:
            async with asyncio.timeout(_DRAIN_PATIENCE_S):
                if self._server is not None:
                    await self._server.wait_closed()
        except TimeoutError:
            log.warning("drained_with_sockets", sockets=self._parts.socket_handler.sockets)

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
    engine = create_engine(database_url, pool_size=8, check_after=None, one_plan=True)

    async def given() -> Client:
        if client is None:
            raise RuntimeError("this gateway was given no Temporal")
        return client

    gateway = Gateway(engine, connect or given, options or GatewayOptions())
    try:
        await gateway.open()
        await gateway.serve()
        yield gateway
    finally:
        with suppress(asyncio.CancelledError):
            await gateway.drain()
        await engine.dispose()
