"""The worker process: read settings, build clients, register, run. No rules here."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.worker import Worker

from activities.chargers.routing import RoutingActivities
from activities.hearing import HearingActivities
from activities.holds.activities import HoldActivities
from activities.money.payment_events import PaymentEvents
from activities.money.payments import PaymentActivities
from activities.money.settlement import SettlementActivities
from activities.money.stripe_events import STATUS_OF, payment_event
from activities.money.stripe_gateway import StripeGateway
from activities.people.projection import ProjectionActivities
from activities.reconciliation import ReconciliationActivities
from contracts.names import RESERVATIONS_QUEUE, MessageName
from db.engine import Sessions, create_engine, create_sessions
from db.tables import Target
from delivery.relay import Relay
from delivery.reservations import Line, ReservationTarget
from runtime.logging import configure_logging
from runtime.settings import DatabaseSettings, LogSettings, StripeSettings, TemporalSettings, WorkerSettings
from runtime.start import reaching_postgres, reaching_temporal, run
from runtime.temporal import connect, metrics_runtime
from workflows.client.ends import WorkflowEnds
from workflows.engine.sandbox import runner
from workflows.reconciliation.schedule import ensure_reconciliation_schedule
from workflows.reconciliation.workflow import ReconciliationWorkflow
from workflows.reservation.workflow import ReservationWorkflow

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """The clients that activities are built from."""

    sessions: Sessions
    stripe: StripeGateway
    temporal: Client


def build_worker(parts: Parts, settings: WorkerSettings) -> Worker:
    """One worker for workflows and their activities, so that hot activities start eagerly."""
    return Worker(
        parts.temporal,
        task_queue=RESERVATIONS_QUEUE,
        workflows=[ReservationWorkflow, ReconciliationWorkflow],
        activities=activities_of(parts),
        workflow_runner=runner(),
        max_cached_workflows=settings.cached_workflows,
        # Without a cache the SDK can lose a task that runs a local activity beside another one (seen: 10 s each).
        max_concurrent_workflow_tasks=None if settings.cached_workflows else 1,
        graceful_shutdown_timeout=settings.shutdown_patience,
    )


def activities_of(parts: Parts) -> list[Callable[..., Any]]:
    """One implementation for each declaration in `contracts`."""
    return [
        *HoldActivities(parts.sessions).all(),
        *RoutingActivities(parts.sessions).all(),
        *PaymentActivities(parts.sessions, parts.stripe).all(),
        *SettlementActivities(parts.sessions, parts.stripe).all(),
        *HearingActivities(parts.sessions).all(),
        *ProjectionActivities(parts.sessions, log).all(),
        *ReconciliationActivities(parts.sessions, parts.stripe, WorkflowEnds(parts.temporal).ended_as).all(),
    ]


def payment_event_relay(engine: AsyncEngine, client: Client, *, sweep_s: float = 0.3) -> Relay:
    """`sweep_s`: how long a new event waits at most, as the api that records it cannot wake this process."""
    return Relay(engine, ReservationTarget(payment_events(engine), lambda: client), sweep_s=sweep_s)


def payment_events(engine: AsyncEngine) -> Line:
    payments = PaymentEvents(create_sessions(engine))
    return Line(
        target=Target.RESERVATION_PAYMENT,
        signal=MessageName.PAYMENT_EVENT,
        kinds=STATUS_OF.keys(),
        read=payment_event,
        is_known=payments.is_known,
        afterwards=payments.bring_up_to_date,
    )


async def main() -> None:
    configure(LogSettings())
    database, stripe, temporal = DatabaseSettings(), StripeSettings(), TemporalSettings()
    settings = WorkerSettings()
    stop = _stop_on_signals()
    url = database.url.get_secret_value()
    with reaching_postgres(url):
        engine = create_engine(url, pool_size=database.pool_size)
    gateway = StripeGateway(stripe.api_key.get_secret_value(), stripe.api_base)
    try:
        with reaching_temporal(temporal.address, temporal.namespace):
            client = await connect(
                temporal.address, temporal.namespace, runtime=metrics_runtime(settings.metrics_port)
            )
            await ensure_reconciliation_schedule(client, settings.reconcile_every, settings.orphan_after)
        parts = Parts(sessions=create_sessions(engine), stripe=gateway, temporal=client)
        async with build_worker(parts, settings):
            log.info("worker_ready", task_queue=RESERVATIONS_QUEUE, temporal=temporal.address)
            await payment_event_relay(engine, client).run(stop)
        log.info("worker_stopped")
    finally:
        await gateway.aclose()
        await engine.dispose()


def configure(settings: LogSettings) -> None:
    configure_logging(log_format=settings.format, level=settings.level, process="worker")


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    return stop


if __name__ == "__main__":
    run("worker", lambda: asyncio.run(main()))
