"""The embedded stack: everything started in order, as much as possible at once, and stopped on every way out."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client, ScheduleOverlapPolicy

from api.tokens.local_issuer import LocalIssuer
from contracts import search_attributes
from contracts.names import (
    MONEY_RECONCILIATION_WORKFLOW_ID,
    RECONCILIATION_SCHEDULE_ID,
    RESERVATIONS_QUEUE,
    gateway_queue,
)
from contracts.provider_reconciliation import MoneyReconciliation
from db.charger_passwords import RANDOM
from db.engine import Sessions, create_engine, create_sessions
from db.migrations import upgrade
from db.seed import Seed, seed
from runtime.embedded.failures import EmbeddedServerFailed
from runtime.embedded.ports import LOOPBACK
from runtime.embedded.postgres import EmbeddedPostgres
from runtime.embedded.process import ManagedProcess, Probe
from runtime.embedded.temporal_server import EmbeddedTemporal
from runtime.readiness.findings import kind_of
from runtime.stack.plan import StackPlan
from runtime.stack.processes import (
    Copy,
    Surroundings,
    answers_http,
    copies,
    environment,
    listens,
    pages_url,
    polls,
    python_process,
    receiver_url,
)
from runtime.stack.push_key import push_key_in
from runtime.stack.stand_ins import StandIns
from workflows.reconciliation.money import MoneyReconciliationWorkflow

Say = Callable[[str], None]
_GRACE_S = 6.0
_READY_S = 40.0
_DATABASE = "slotkeeper"


class Stack:
    """`async with Stack(plan, seed) as stack:` runs Slotkeeper; leaving the block stops all of it.

    `say` hears one short sentence a step. Raises EmbeddedServerFailed, with the log's tail, when a part
    does not start; whatever was started by then has been stopped.
    """

    def __init__(self, plan: StackPlan, contents: Seed, *, say: Say = lambda _: None) -> None:
        self.plan = plan
        self._contents = contents
        self._say = say
        self._postgres = EmbeddedPostgres(
            plan.folder / "postgres" if plan.keep else None, port=plan.ports.postgres, durable=plan.keep
        )
        self._temporal = EmbeddedTemporal(
            plan.folder / "temporal" if plan.keep else None,
            port=plan.ports.temporal,
            ui=plan.ui,
            ui_port=plan.ports.temporal_ui,
            search_attributes={key.name: kind_of(key) for key in search_attributes.ALL},
        )
        self.issuer = LocalIssuer.in_folder(plan.folder / "keys")
        self._stand_ins = StandIns(plan)
        self.copies = {copy.name: copy for copy in copies(plan)}
        """Our own processes by name: what they are and where they listen."""
        self._processes: dict[str, ManagedProcess] = {}
        self._engine: AsyncEngine | None = None
        self._client: Client | None = None
        self._sessions: Sessions | None = None

    # --- addresses -----------------------------------------------------------------------------------

    @property
    def api_url(self) -> str:
        return f"http://{LOOPBACK}:{self.plan.ports.api}"

    @property
    def gateway_url(self) -> str:
        """Chargers append their identity as the last path segment."""
        return f"ws://{LOOPBACK}:{self.plan.ports.gateway}/ocpp"

    @property
    def stripe_url(self) -> str:
        return f"http://{LOOPBACK}:{self.plan.ports.stripe}"

    @property
    def mailbox_url(self) -> str:
        """The page of all mail, texts and calls."""
        return f"http://{LOOPBACK}:{self.plan.ports.mailbox}"

    @property
    def pages_url(self) -> str:
        """Of the same process, as browsers have it."""
        return pages_url(self.plan)

    @property
    def receiver_url(self) -> str:
        """The page of what engineers are told."""
        return receiver_url(self.plan)

    @property
    def database_url(self) -> str:
        return self._postgres.url(_DATABASE)

    @property
    def temporal_address(self) -> str:
        return self._temporal.address

    @property
    def temporal_namespace(self) -> str:
        return self._temporal.namespace

    @property
    def ui_url(self) -> str | None:
        return self._temporal.ui_url

    @property
    def sessions(self) -> Sessions:
        """Database sessions for whoever wants to look. Raises RuntimeError before the start."""
        if self._sessions is None:
            raise RuntimeError("the stack is not running")
        return self._sessions

    @property
    def processes(self) -> dict[str, ManagedProcess]:
        """Everything that runs, by name."""
        servers = {"postgres": self._postgres.process, "temporal": self._temporal.process}
        return servers | self._stand_ins.processes | self._processes

    # --- life ----------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await asyncio.shield(self.stop())
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop our processes first, then the servers they talk to. Safe at any stage of the start."""
        ours = [process.terminate(_GRACE_S) for process in self._processes.values()]
        await asyncio.gather(*ours, return_exceptions=True)
        if self._engine is not None:
            await self._engine.dispose()
        await asyncio.gather(
            self._stand_ins.stop(_GRACE_S),
            self._temporal.stop(_GRACE_S),
            self._postgres.stop(),
            return_exceptions=True,
        )

    async def kill_worker(self) -> None:
        """SIGKILL, as a crash would: nothing is finished, nothing is said."""
        await self._processes["worker"].kill()

    async def start_worker(self) -> None:
        """Start the worker again and wait until it polls."""
        worker = self._processes["worker"]
        await worker.start()
        await self.answers("worker")

    async def run_reconciler(self) -> None:
        """Let it run once more as soon as it does not, and not only when its time has come."""
        schedule = self._connected().get_schedule_handle(RECONCILIATION_SCHEDULE_ID)
        await schedule.trigger(overlap=ScheduleOverlapPolicy.BUFFER_ONE)

    async def compare_money(self) -> None:
        """Compare our books with the provider's, also what moved a moment ago; returns when that is done."""
        ask = MoneyReconciliation(days=1, quiet_seconds=0)
        await self._connected().execute_workflow(
            MoneyReconciliationWorkflow.run,
            ask,
            id=f"{MONEY_RECONCILIATION_WORKFLOW_ID}-now",
            task_queue=RESERVATIONS_QUEUE,
        )

    async def answers(self, name: str) -> None:
        """Wait until a process of ours can be used again; of the servers only that they run.

        Raises EmbeddedServerFailed when it ends before, or not within the patience of a start.
        """
        probes = {"api": _api_ready, "worker": self._worker_ready, "gateway": self._gateway_ready}
        copy = self.copies.get(name)
        if copy is not None:
            await self._processes[name].wait_until_ready(probes[copy.kind](copy), timeout=_READY_S)

    async def _start(self) -> None:
        self._say("starting Postgres, Temporal and the stand-ins")
        await _together(
            self._database(),
            self._temporal.start(),
            *(self._stand_ins.start(name) for name in self._stand_ins.processes),
        )
        # Not runtime.temporal.connect: the shell's TEMPORAL_* may speak of another server.
        self._client = await Client.connect(self._temporal.address, namespace=self._temporal.namespace)
        self._say("starting the API, the worker and the OCPP gateway")
        around = self._surroundings()
        for name, copy in self.copies.items():
            env = environment(self.plan, around, copy)
            self._processes[name] = python_process(name, _PROGRAMS[copy.kind], self.plan, env)
        await _together(*(process.start() for process in self._processes.values()))
        await _together(*(self.answers(name) for name in self.copies))

    def _surroundings(self) -> Surroundings:
        database_url, temporal_address = self.database_url, self.temporal_address
        if detour := self.plan.detour:
            by_detour = make_url(database_url).set(port=detour.postgres)
            database_url = by_detour.render_as_string(hide_password=False)
            temporal_address = f"{LOOPBACK}:{detour.temporal}"
        return Surroundings(
            database_url=database_url,
            temporal_address=temporal_address,
            stripe_url=self.stripe_url,
            public_key_file=self.issuer.public_key_file,
            push_key=push_key_in(self.plan.folder / "keys"),
        )

    async def _database(self) -> None:
        await self._postgres.start()
        url = await self._postgres.ensure_database(_DATABASE)
        await asyncio.to_thread(upgrade, url)
        self._engine = create_engine(url, pool_size=8)
        self._sessions = create_sessions(self._engine)
        async with self._sessions.begin() as session:
            await seed(session, self._contents, now=datetime.now(UTC), hasher=RANDOM)

    def _worker_ready(self, copy: Copy) -> Probe:
        return polls(self._connected(), self._processes[copy.name], RESERVATIONS_QUEUE)

    def _gateway_ready(self, copy: Copy) -> Probe:
        process, queue = self._processes[copy.name], gateway_queue(copy.gateway_instance)
        commands = polls(self._connected(), process, queue, activities=True)

        async def probe() -> bool:
            return await listens(copy.port) and await commands()

        return probe

    def _connected(self) -> Client:
        if self._client is None:
            raise RuntimeError("the stack is not running")
        return self._client


_PROGRAMS = {"api": ["-m", "api"], "worker": ["worker.py"], "gateway": ["-m", "ocpp_gateway"]}


def _api_ready(copy: Copy) -> Probe:
    return answers_http(copy.port, "/readyz")


async def _together(*steps: Coroutine[Any, Any, object]) -> None:
    """All at once; the first failure stops waiting for the others and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except* EmbeddedServerFailed as failures:
        first = failures.exceptions[0]
        raise first from None
