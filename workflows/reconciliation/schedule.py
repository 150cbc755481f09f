"""When reconciler and comparisons run: Temporal schedules that the worker keeps up to date."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
)

from contracts.comparison import Comparison
from contracts.names import (
    COMPARISON_WORKFLOW_ID,
    COMPLETE_COMPARISON_WORKFLOW_ID,
    MONEY_RECONCILIATION_WORKFLOW_ID,
    RECONCILIATION_SCHEDULE_ID,
    RECONCILIATION_WORKFLOW_ID,
    RESERVATIONS_QUEUE,
)
from contracts.provider_reconciliation import MoneyReconciliation
from texts import steps
from texts.reader import Reader
from workflows.reconciliation.comparison import ComparisonWorkflow
from workflows.reconciliation.money import MoneyReconciliationWorkflow
from workflows.reconciliation.workflow import ReconciliationWorkflow

_OVERLAP = timedelta(hours=2)
"""A complete comparison goes that much further back than to the one before."""
_QUIET = timedelta(minutes=10)
"""What moved lately may still be on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How often, and about what."""

    reconcile_every: timedelta
    orphan_after: timedelta
    compare_every: timedelta
    compare_at_once: int
    """So many open reservations, and so many that closed since the comparison before."""
    compare_all_every: timedelta
    reconcile_money_every: timedelta
    reconcile_money_days: int


async def ensure_schedules(client: Client, times: Times) -> None:
    """Create the schedules, or bring existing ones up to date. Safe from several workers at once."""
    for schedule_id, schedule in _schedules(times):
        await _ensure(client, schedule_id, schedule)


def _schedules(times: Times) -> Iterator[tuple[str, Schedule]]:
    yield (
        RECONCILIATION_SCHEDULE_ID,
        _every(
            times.reconcile_every,
            ScheduleActionStartWorkflow(
                ReconciliationWorkflow.run,
                int(times.orphan_after.total_seconds()),
                id=RECONCILIATION_WORKFLOW_ID,
                task_queue=RESERVATIONS_QUEUE,
                static_summary=Reader().fact(steps.Reconcile()),
            ),
        ),
    )
    some = Comparison(sample=times.compare_at_once, closed_within_seconds=_seconds(times.compare_every))
    yield (
        f"{COMPARISON_WORKFLOW_ID}-schedule",
        _every(times.compare_every, _compare(COMPARISON_WORKFLOW_ID, some)),
    )
    complete = Comparison(sample=None, closed_within_seconds=_seconds(times.compare_all_every + _OVERLAP))
    yield (
        f"{COMPLETE_COMPARISON_WORKFLOW_ID}-schedule",
        _every(times.compare_all_every, _compare(COMPLETE_COMPARISON_WORKFLOW_ID, complete)),
    )
    yield f"{MONEY_RECONCILIATION_WORKFLOW_ID}-schedule", _reconcile_money(times)


def _reconcile_money(times: Times) -> Schedule:
    ask = MoneyReconciliation(days=times.reconcile_money_days, quiet_seconds=_seconds(_QUIET))
    return _every(
        times.reconcile_money_every,
        ScheduleActionStartWorkflow(
            MoneyReconciliationWorkflow.run,
            ask,
            id=MONEY_RECONCILIATION_WORKFLOW_ID,
            task_queue=RESERVATIONS_QUEUE,
            static_summary=Reader().fact(steps.ReconcileMoney()),
        ),
    )


def _compare(workflow_id: str, comparison: Comparison) -> ScheduleActionStartWorkflow:
    return ScheduleActionStartWorkflow(
        ComparisonWorkflow.run,
        comparison,
        id=workflow_id,
        task_queue=RESERVATIONS_QUEUE,
        static_summary=Reader().fact(steps.Compare()),
    )


def _every(interval: timedelta, action: ScheduleActionStartWorkflow) -> Schedule:
    return Schedule(
        action=action,
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=interval)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )


async def _ensure(client: Client, schedule_id: str, schedule: Schedule) -> None:
    try:
        await client.create_schedule(schedule_id, schedule)
    except ScheduleAlreadyRunningError:
        handle = client.get_schedule_handle(schedule_id)
        # An operator may have paused it: that is kept.
        await handle.update(
            lambda found: ScheduleUpdate(schedule=replace(schedule, state=found.description.schedule.state))
        )


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
