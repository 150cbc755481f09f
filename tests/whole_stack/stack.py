"""Everything real in one process: API on a socket, worker, gateway, Postgres, Temporal; Stripe's stand-in."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.money.stripe_gateway import StripeGateway
from api.app import create_app
from api.desk.limits import Limits
from api.tokens.bearer import TokenVerifier
from api.tokens.keys import LocalKey
from api.tokens.local_issuer import LocalIssuer
from db.engine import Sessions, create_engine, create_sessions
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import Gateway, running_gateway
from runtime.embedded.postgres import EmbeddedPostgres
from runtime.registration import Parts, build_worker
from runtime.relays import payment_event_relay
from runtime.settings import WorkerSettings
from simulator.stripe_api.server import RunningStripeApi, running_stripe_api
from tests.api.namespace import own_namespace
from tests.api.served import serving
from tests.factories.readiness import readiness_over

SECRET = "whsec_whole_stack"


class StoppableWorker:
    """The real worker, which tests may stop and start again."""

    def __init__(self, build: Callable[[], Worker]) -> None:
        self._build = build
        self._worker: Worker | None = None
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._worker = self._build()
        self._running = asyncio.create_task(self._worker.run())

    async def stop(self) -> None:
        assert self._worker is not None
        assert self._running is not None
        await self._worker.shutdown()
        await self._running


@dataclass(frozen=True, kw_only=True)
class Stack:
    http: httpx.AsyncClient
    sessions: Sessions
    temporal: Client
    stripe: RunningStripeApi
    gateway: Gateway
    worker: StoppableWorker
    issuer: LocalIssuer

    def app(self, *, behind: timedelta = timedelta(0), limits: Limits) -> FastAPI:
        """Another copy of the API, its clock `behind` the others'."""
        return _api(self.sessions, self.temporal, self.issuer, limits, behind)


@asynccontextmanager
async def own_stack(
    kind: str,
    postgres: EmbeddedPostgres,
    template: str,
    environment: WorkflowEnvironment,
    folder: Path,
    cache: int,
) -> AsyncIterator[Stack]:
    """Over a database, a namespace and an issuer that nobody else has. `folder`: of the issuer."""
    name = f"{kind}_{uuid.uuid4().hex}"
    database = await postgres.create_database(name, template=template)
    temporal = await own_namespace(environment, name.replace("_", "-"))
    async with running_stack(database, temporal, LocalIssuer.in_folder(folder), cache) as running:
        yield running
    await postgres.drop_database(name)


@asynccontextmanager
async def running_stack(
    database_url: str, temporal: Client, issuer: LocalIssuer, cached_workflows: int
) -> AsyncIterator[Stack]:
    engine = create_engine(database_url, pool_size=20)
    sessions = create_sessions(engine)
    async with AsyncExitStack() as cleanup:
        cleanup.push_async_callback(engine.dispose)
        stripe = await cleanup.enter_async_context(running_stripe_api(webhook_secret=SECRET))
        client = StripeGateway(stripe.api_key, stripe.base_url, max_network_retries=0)
        cleanup.push_async_callback(client.aclose)
        worker = _worker(sessions, client, temporal, cached_workflows)
        await worker.start()
        cleanup.push_async_callback(worker.stop)
        stop = asyncio.Event()
        relay = asyncio.create_task(payment_event_relay(engine, temporal, client, sweep_s=0.05).run(stop))
        cleanup.push_async_callback(_stopped, stop, relay)
        options = GatewayOptions(
            instance="whole-stack",
            call_timeout_s=5.0,
            flush_s=0.2,
            sweep_s=0.2,
            hold_watch_s=0.4,
            hold_settle_s=1.0,
        )
        gateway = await cleanup.enter_async_context(
            running_gateway(database_url, client=temporal, options=options)
        )
        limits = Limits(command_schedule_timeout=timedelta(seconds=2))
        url = await cleanup.enter_async_context(serving(_api(sessions, temporal, issuer, limits)))
        await stripe.set_webhook(f"{url}/v1/webhooks/stripe", SECRET)
        http = await cleanup.enter_async_context(httpx.AsyncClient(base_url=url, timeout=60, trust_env=False))
        yield Stack(
            http=http,
            sessions=sessions,
            temporal=temporal,
            stripe=stripe,
            gateway=gateway,
            worker=worker,
            issuer=issuer,
        )


def _worker(
    sessions: Sessions, stripe: StripeGateway, temporal: Client, cached_workflows: int
) -> StoppableWorker:
    settings = WorkerSettings(cached_workflows=cached_workflows, shutdown_patience=timedelta(seconds=2))
    return StoppableWorker(
        lambda: build_worker(Parts(sessions=sessions, stripe=stripe, temporal=temporal), settings)
    )


def _api(
    sessions: Sessions,
    temporal: Client,
    issuer: LocalIssuer,
    limits: Limits,
    behind: timedelta = timedelta(0),
) -> FastAPI:
    return create_app(
        sessions=sessions,
        temporal=temporal,
        tokens=TokenVerifier(
            LocalKey(issuer.public_key_file), issuer="slotkeeper", audience="slotkeeper-api"
        ),
        stripe_webhook_secret=SECRET,
        readiness=readiness_over(sessions, temporal),
        clock=lambda: datetime.now(UTC) - behind,
        limits=limits,
    )


async def _stopped(stop: asyncio.Event, task: asyncio.Task[None]) -> None:
    stop.set()
    await task
