"""What a worker is registered for: its workflows, and one implementation of each activity."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.worker import Worker

from activities.chargers.routing import RoutingActivities
from activities.hearing import HearingActivities
from activities.holds.activities import HoldActivities
from activities.money.debts import DebtActivities
from activities.money.fees import FeeActivities
from activities.money.follow_ups import FollowUpActivities
from activities.money.payments import PaymentActivities
from activities.money.saved_cards import SavedCardActivities
from activities.money.settlement import SettlementActivities
from activities.money.stripe_gateway import StripeGateway
from activities.people.projection import ProjectionActivities
from activities.reconciliation.comparison import ComparisonActivities
from activities.reconciliation.provider import ProviderReconciliation
from activities.reconciliation.reconciler import ReconciliationActivities
from contracts.names import RESERVATIONS_QUEUE
from db.engine import Sessions
from runtime.build import build_id
from runtime.settings import WorkerSettings
from workflows.client.ended import EndedReservations
from workflows.client.namespace import NamespaceMemory
from workflows.client.standing import Standings
from workflows.debts.workflow import DebtWorkflow
from workflows.engine.sandbox import runner
from workflows.engine.threads import WorkflowThreads
from workflows.reconciliation.comparison import ComparisonWorkflow
from workflows.reconciliation.money import MoneyReconciliationWorkflow
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
        workflows=[
            ReservationWorkflow,
            ReconciliationWorkflow,
            ComparisonWorkflow,
            MoneyReconciliationWorkflow,
            DebtWorkflow,
        ],
        activities=activities_of(parts),
        build_id=build_id(),
        workflow_runner=runner(),
        workflow_task_executor=WorkflowThreads(),
        max_cached_workflows=settings.cached_workflows,
        # Without a cache the SDK can lose a task that runs a local activity beside another one (seen: 10 s each).
        max_concurrent_workflow_tasks=None if settings.cached_workflows else 1,
        # Deadlines of a full hour hear out at once, each for a second and mostly asleep: nobody queues behind them.
        max_concurrent_activities=400,
        graceful_shutdown_timeout=settings.shutdown_patience,
    )


def activities_of(parts: Parts) -> list[Callable[..., Any]]:
    """One implementation for each declaration in `contracts`."""
    namespace, standings = NamespaceMemory(parts.temporal), Standings(parts.temporal)
    ended = EndedReservations(parts.temporal)
    return [
        *HoldActivities(parts.sessions).all(),
        *RoutingActivities(parts.sessions).all(),
        *PaymentActivities(parts.sessions, parts.stripe).all(),
        *SavedCardActivities(parts.sessions, parts.stripe).all(),
        *FeeActivities(parts.sessions, parts.stripe).all(),
        *SettlementActivities(parts.sessions, parts.stripe).all(),
        *DebtActivities(parts.sessions, parts.stripe).all(),
        *FollowUpActivities(parts.sessions, parts.stripe).all(),
        *HearingActivities(parts.sessions).all(),
        *ProjectionActivities(parts.sessions, log).all(),
        *ReconciliationActivities(parts.sessions, parts.stripe, namespace, ended).all(),
        *ComparisonActivities(parts.sessions, namespace, standings).all(),
        *ProviderReconciliation(parts.sessions, parts.stripe, namespace, ended).all(),
    ]
