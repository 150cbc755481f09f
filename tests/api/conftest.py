"""The API's stage: one a module, with its own database, and a namespace of Temporal for the stand-in."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx
import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from api.app import create_app
from api.desk.limits import Limits
from api.tokens.bearer import TokenVerifier
from api.tokens.keys import LocalKey
from api.tokens.local_issuer import LocalIssuer
from contracts.names import RESERVATIONS_QUEUE
from db.engine import Sessions, create_engine, create_sessions
from domain.reservation.actions.action import Action
from domain.reservation.actions.table import ACTIONS
from tests.api.namespace import own_namespace
from tests.api.stage import NOW, WEBHOOK_SECRET, Stage
from tests.api.stand_in import StandInWorkflow
from tests.databases import Databases
from tests.factories.readiness import readiness_over
from tests.factories.sites import make_driver, make_seed, make_site, plant

NAMESPACE = "api-tests"
LIMITS = Limits(
    booking_timeout=timedelta(seconds=5),
    update_timeout=timedelta(seconds=5),
    command_schedule_timeout=timedelta(seconds=1),
)


@pytest.fixture(scope="session")
async def temporal(temporal_env: WorkflowEnvironment) -> Client:
    """A namespace of our own: the stand-in never meets the real workflow's tasks on the shared queue."""
    return await own_namespace(temporal_env, NAMESPACE)


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> LocalIssuer:
    return LocalIssuer.in_folder(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="module")
async def worker(temporal: Client) -> AsyncIterator[Worker]:
    """Runs the stand-in while the module's tests run."""
    async with Worker(
        temporal,
        task_queue=RESERVATIONS_QUEUE,
        workflows=[StandInWorkflow],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ) as running:
        yield running


@pytest.fixture(scope="module")
async def database(databases: Databases) -> AsyncIterator[str]:
    """A migrated database for one module's tests."""
    url = await databases.lend()
    yield url
    await databases.take_back(url)


@pytest.fixture(scope="module")
async def stage(database: str, temporal: Client, worker: Worker, issuer: LocalIssuer) -> AsyncIterator[Stage]:
    """Site `north` with three chargers, drivers of their own and of two fleets, and the API over them."""
    engine = create_engine(database, pool_size=8)
    sessions = create_sessions(engine)
    drivers = (
        make_driver(driver_id="driver-1"),
        make_driver(driver_id="driver-2"),
        make_driver(driver_id="fleet-1-driver", fleet_id="fleet-1"),
        make_driver(driver_id="fleet-2-driver", fleet_id="fleet-2"),
    )
    await plant(
        sessions, make_seed(make_site(chargers=3, walk_in=1, address="North Street 1"), drivers=drivers)
    )
    async with open_stage(sessions, temporal, issuer, LIMITS) as opened:
        yield opened
    await engine.dispose()


@pytest.fixture
async def impatient(stage: Stage) -> AsyncIterator[Stage]:
    """The same, but the API waits half a second for an answer and takes two bookings at once."""
    short = timedelta(seconds=0.5)
    limits = Limits(
        concurrent_bookings=2,
        booking_line=timedelta(0),
        booking_timeout=short,
        update_timeout=short,
        query_timeout=short,
    )
    async with open_stage(stage.sessions, stage.temporal, stage.issuer, limits) as opened:
        yield opened


@asynccontextmanager
async def open_stage(
    sessions: Sessions,
    temporal: Client,
    issuer: LocalIssuer,
    limits: Limits,
    actions: Sequence[Action] = ACTIONS,
    clock: Callable[[], datetime] = lambda: NOW,
    address: str = "",
) -> AsyncIterator[Stage]:
    keys = LocalKey(issuer.public_key_file)
    app = create_app(
        sessions=sessions,
        temporal=temporal,
        tokens=TokenVerifier(keys, issuer="slotkeeper", audience="slotkeeper-api"),
        stripe_webhook_secret=WEBHOOK_SECRET,
        readiness=readiness_over(sessions, temporal),
        clock=clock,
        limits=limits,
        actions=actions,
        address=address,
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test", timeout=30) as http:
        yield Stage(app=app, http=http, issuer=issuer, sessions=sessions, temporal=temporal)
    await app.state.services.desk.live.aclose()
