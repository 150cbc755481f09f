"""When the reconciler runs: a Temporal schedule that the worker keeps up to date."""

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

from contracts.names import RECONCILIATION_SCHEDULE_ID, RECONCILIATION_WORKFLOW_ID, RESERVATIONS_QUEUE
from texts import steps
from texts.reader import Reader
from workflows.reconciliation.workflow import ReconciliationWorkflow


async def ensure_reconciliation_schedule(client: Client, every: timedelta, orphan_after: timedelta) -> None:
    """Create the schedule, or bring an existing one up to date. Safe from several workers at once."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            ReconciliationWorkflow.run,
            int(orphan_after.total_seconds()),
            id=RECONCILIATION_WORKFLOW_ID,
            task_queue=RESERVATIONS_QUEUE,
            static_summary=Reader().fact(steps.Reconcile()),
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
    try:
        await client.create_schedule(RECONCILIATION_SCHEDULE_ID, schedule)
    except ScheduleAlreadyRunningError:
        handle = client.get_schedule_handle(RECONCILIATION_SCHEDULE_ID)
        await handle.update(lambda _: ScheduleUpdate(schedule=schedule))
