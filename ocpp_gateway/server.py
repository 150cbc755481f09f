"""The gateway as one thing that starts, serves and drains. `running_gateway` runs one inside this process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from db.engine import create_engine
from ocpp_gateway import presence
from ocpp_gateway.authentication import Authenticator
from ocpp_gateway.behaviour import Behaviour
from ocpp_gateway.connection import ChargerConnection, ConnectionHooks
from ocpp_gateway.connections import Connections
from ocpp_gateway.dialect import Dialect
from ocpp_gateway.handshake import Handshake, charger_of
from ocpp_gateway.health import HealthServer
from ocpp_gateway.leases import REPLACED, LeaseKeeper
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.refusals import RefusalEnforcer
from ocpp_gateway.relay import Relay
from ocpp_gateway.temporal_side import TemporalSide
from ocpp_gateway.v16.dialect import Dialect16
from ocpp_gateway.v201.dialect import Dialect201

log = structlog.get_logger(__name__)

LARGEST_FRAME = 256 * 1024
SERVICE_RESTART, TRY_AGAIN_LATER = 1012, 1013
_WAITING_FRAMES = 16
_RESTART_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayOptions:
    """`port` 0: any free one. `metrics_port` None: no health and metrics server. Times in seconds."""

    host: str = "127.0.0.1"
    port: int = 0
    metrics_port: int | None = None
    instance: str = "local"
    allow_unauthenticated: bool = False
    max_connections: int = 20_000
    heartbeat_s: int = 60
    call_timeout_s: float = 30.0
    flush_s: float = 3.0
    sweep_s: float = 1.0
    ping_interval_s: float = 30.0
    ping_timeout_s: float = 30.0


class Gateway:
    """`connect` is tried until Temporal answers; chargers are served meanwhile."""

    def __init__(
        self, engine: AsyncEngine, connect: Callable[[], Awaitable[Client]], options: GatewayOptions
    ) -> None:
        self._engine = engine
        self._options = options
        self.metrics = GatewayMetrics()
        self.connections = Connections(engine, self.metrics)
        self.temporal = TemporalSide(
            connect,
            self.connections,
            instance=options.instance,
            call_timeout_s=options.call_timeout_s,
            connected=self._wake,
        )
        self.relay = Relay(engine, lambda: self.temporal.client, self.metrics, sweep_s=options.sweep_s)
        self._authenticator = Authenticator(engine, allow_unauthenticated=options.allow_unauthenticated)
        self._leases = LeaseKeeper(
            engine, self.connections, instance=options.instance, flush_s=options.flush_s
        )
        self._refusals = RefusalEnforcer(engine)
        self._behaviour = Behaviour(engine, options.heartbeat_s)
        self._dialects: dict[str, Dialect] = {d.subprotocol: d for d in (Dialect201(), Dialect16())}
        self._hooks = ConnectionHooks(
            arrived=self._arrived,
            events=self._wake,
            refused=self._refusals.enforce,
            check_refused=self._refusals.look,
        )
        self._health = HealthServer(self.metrics, lambda: self._accepting)
        self._tasks: list[asyncio.Task[None]] = []
        self._server: Server | None = None
        self._accepting = False
        self._sockets = 0
        self.port = 0
        self.metrics_port = 0

    @property
    def url(self) -> str:
        """What chargers are configured with; they append their identity."""
        return f"ws://{self._options.host}:{self.port}/ocpp"

    # -- life -------------------------------------------------------------------------------------------
    async def start(self) -> None:
        """Listen and serve. Raises OSError when a port is taken, and what the database raises."""
        options = self._options
        await self._leases.adopt_leftovers()
        if options.metrics_port is not None:
            self.metrics_port = await self._health.start(options.host, options.metrics_port)
        self._accepting = True
        self._server = await serve(
            self._serve,
            options.host,
            options.port,
            subprotocols=[Subprotocol(name) for name in self._dialects],
            process_request=Handshake(self._authenticator, self.metrics, lambda: self._accepting, self._full),
            compression=None,
            max_size=LARGEST_FRAME,
            max_queue=_WAITING_FRAMES,
            ping_interval=options.ping_interval_s,
            ping_timeout=options.ping_timeout_s,
            close_timeout=5,
            server_header=None,
        )
        self.port = int(next(iter(self._server.sockets)).getsockname()[1])
        self._tasks = [
            asyncio.create_task(_keep_running(name, work), name=name)
            for name, work in (
                ("temporal", self.temporal.run),
                ("relay", self.relay.run),
                ("leases", self._leases.run),
            )
        ]
        log.info("gateway_ready", url=self.url, instance=options.instance, metrics_port=self.metrics_port)

    async def drain(self) -> None:
        """Accept nobody, finish commands under way, send chargers elsewhere (1012), give leases back."""
        self._accepting = False
        if self._server is not None:
            self._server.close(close_connections=False)
        await self.temporal.drain()
        await asyncio.gather(
            *(c.close(SERVICE_RESTART, "service restart") for c in self.connections), return_exceptions=True
        )
        if self._server is not None:
            await self._server.wait_closed()
        await self.relay.deliver_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._health.stop()
        self._authenticator.close()
        log.info("gateway_drained", instance=self._options.instance)

    # -- one charger --------------------------------------------------------------------------------------
    async def _serve(self, socket: ServerConnection) -> None:
        self._sockets += 1
        try:
            await self._serve_charger(socket)
        finally:
            self._sockets -= 1

    async def _serve_charger(self, socket: ServerConnection) -> None:
        charger_id = charger_of(socket.request.path) if socket.request is not None else None
        if charger_id is None or socket.subprotocol is None:
            return  # the handshake lets nobody through without
        try:
            epoch = await self._leases.take(charger_id, socket.subprotocol)
        except (SQLAlchemyError, OSError) as error:
            log.warning("connection_without_lease", charger=charger_id, error=repr(error))
            await socket.close(TRY_AGAIN_LATER, "try again later")
            return
        if epoch is None:
            return
        connection = ChargerConnection(
            socket,
            charger_id=charger_id,
            epoch=epoch,
            dialect=self._dialects[socket.subprotocol],
            behaviour=self._behaviour,
            hooks=self._hooks,
            metrics=self.metrics,
            call_timeout_s=self._options.call_timeout_s,
        )
        await self._run(connection)

    async def _run(self, connection: ChargerConnection) -> None:
        replaced = self.connections.add(connection)
        closing = None
        if replaced is not None:
            # Aside: a half-open predecessor takes its time to close, the new connection does not wait.
            closing = asyncio.create_task(replaced.close(REPLACED, "replaced by a newer connection"))
        try:
            await connection.run()
        finally:
            self.connections.remove(connection)
            self._refusals.forget(connection)
            await self._leases.release(connection.charger_id, connection.epoch)
            self._wake()
            if closing is not None:
                await asyncio.gather(closing, return_exceptions=True)

    async def _arrived(self, connection: ChargerConnection) -> None:
        async with self._engine.begin() as database:
            await presence.come_online(database, connection.charger_id, connection.epoch, datetime.now(UTC))
        self._wake()
        self._refusals.look(connection)

    def _full(self) -> bool:
        """Sockets, not chargers: one that connects again counts twice until its old socket has closed."""
        return self._sockets >= self._options.max_connections

    def _wake(self) -> None:
        self.relay.wake()


async def _keep_running(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """A background part that fails is logged and begins again: chargers depend on all of them."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("part_failed", part=name)
            await asyncio.sleep(_RESTART_PAUSE_S)
        else:
            return


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
    engine = create_engine(database_url, pool_size=8)

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
