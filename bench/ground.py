"""Where the bench runs: embedded Postgres and Temporal, the Stripe stand-in, and the workers in this process.

Client and worker share the process, for the yardstick as for the reservation: what they cost is in both.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update
from temporalio.client import Client
from temporalio.worker import Worker

from activities.money.stripe_gateway import StripeGateway
from bench.bare import BARE_QUEUE, BareActivities, BareWorkflow
from bench.place import SITES, free_site, rich_site, seed_for_bench
from bench.statements import StatementWatch
from contracts import search_attributes
from db.engine import Sessions, create_engine, create_sessions
from db.migrations import upgrade
from db.seed import seed
from db.tables import Charger
from runtime.build import build_id
from runtime.embedded.postgres import EmbeddedPostgres
from runtime.embedded.temporal_server import EmbeddedTemporal
from runtime.registration import Parts, build_worker
from runtime.settings import WorkerSettings
from runtime.stack.plan import StackPlan, free_ports
from runtime.stack.processes import STRIPE_KEY, answers_http, python_process
from runtime.temporal import DATA_CONVERTER
from workflows.engine.sandbox import runner

Say = Callable[[str], None]
TEMPLATE, _DATABASE = "planted", "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """`watch` listens to the engine behind `sessions`, which is the workers'. `stripe_url`: of the stand-in."""

    postgres: EmbeddedPostgres
    database_url: str
    client: Client
    sessions: Sessions
    watch: StatementWatch
    stripe_url: str

    async def another_database(self, name: str) -> str:
        """A fresh database with the bench's sites and nothing booked; its address."""
        return await self.postgres.create_database(name, template=TEMPLATE)


@asynccontextmanager
async def opened(say: Say) -> AsyncIterator[Ground]:
    """Start everything; stop all of it on the way out."""
    say("starting Postgres, Temporal and the Stripe stand-in")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slotkeeper-bench-")))
        # Durable: what a booking costs includes waiting for the disk.
        postgres, temporal = EmbeddedPostgres(durable=True), EmbeddedTemporal(search_attributes=_attributes())
        await stack.enter_async_context(postgres)
        await stack.enter_async_context(temporal)
        stripe, stripe_url = await provider(stack, folder)
        await planted(postgres)
        database_url = await postgres.create_database(_DATABASE, template=TEMPLATE)
        engine = create_engine(database_url)
        stack.push_async_callback(engine.dispose)
        client = await Client.connect(temporal.address, data_converter=DATA_CONVERTER)
        sessions = create_sessions(engine)
        say("starting the workers")
        for worker in _workers(client, sessions, stripe):
            await stack.enter_async_context(worker)
        yield Ground(
            postgres=postgres,
            database_url=database_url,
            client=client,
            sessions=sessions,
            watch=StatementWatch(engine),
            stripe_url=stripe_url,
        )


async def planted(postgres: EmbeddedPostgres) -> None:
    """The database `TEMPLATE`, with the bench's sites and nothing booked."""
    url = await postgres.create_database(TEMPLATE)
    await asyncio.to_thread(upgrade, url)
    engine = create_engine(url, pool_size=1)
    try:
        async with create_sessions(engine).begin() as session:
            await seed(session, seed_for_bench(), now=datetime.now(UTC))
            # An operator moves a reservation only to a connector that works.
            far = Charger.site_id.in_(
                [site(index) for index in range(SITES) for site in (free_site, rich_site)]
            )
            await session.execute(update(Charger).where(far).values(gateway_instance="elsewhere", epoch=1))
    finally:
        await engine.dispose()


async def provider(stack: AsyncExitStack, folder: Path) -> tuple[StripeGateway, str]:
    """A process of its own, as Stripe is, and its address; it delivers no webhooks."""
    plan = StackPlan(folder=folder, ports=free_ports(), keep=False)
    port = plan.ports.stripe
    arguments = ["-m", "simulator.stripe_api", "--port", str(port), "--api-key", STRIPE_KEY]
    process = python_process("stripe", arguments, plan)
    stack.push_async_callback(process.terminate)
    await process.start()
    await process.wait_until_ready(answers_http(port, "/_simulator/dump"))
    address = f"http://127.0.0.1:{port}"
    gateway = StripeGateway(STRIPE_KEY, address)
    stack.push_async_callback(gateway.aclose)
    return gateway, address


def _workers(client: Client, sessions: Sessions, stripe: StripeGateway) -> tuple[Worker, Worker]:
    """The real worker, and one for the yardstick with the same settings."""
    settings = WorkerSettings()
    bare = Worker(
        client,
        task_queue=BARE_QUEUE,
        workflows=[BareWorkflow],
        activities=[BareActivities(sessions).select_one],
        build_id=build_id(),
        workflow_runner=runner(),
        max_cached_workflows=settings.cached_workflows,
        graceful_shutdown_timeout=settings.shutdown_patience,
    )
    return build_worker(Parts(sessions=sessions, stripe=stripe, temporal=client), settings), bare


def _attributes() -> dict[str, str]:
    """Name → `Keyword`, `Datetime`, …, as the dev server's command line wants it."""
    return {
        key.name: "".join(part.capitalize() for part in key.indexed_value_type.name.split("_"))
        for key in search_attributes.ALL
    }
