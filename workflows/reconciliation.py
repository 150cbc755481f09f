"""The scheduled reconciler: frees holds and authorisations whose workflow is gone (terminated, lost)."""

from datetime import timedelta

from temporalio import workflow
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
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.reconciliation import ReconciliationActivities
    from contracts.queues import RECONCILIATION_SCHEDULE_ID, RECONCILIATION_WORKFLOW_ID, RESERVATIONS_QUEUE
    from contracts.reconciliation import ReconciliationReport


@workflow.defn(name="ReconciliationWorkflow")
class ReconciliationWorkflow:
    @workflow.run
    async def run(self, orphan_after_seconds: int) -> ReconciliationReport:
        return await workflow.execute_activity_method(
            ReconciliationActivities.release_orphans,
            orphan_after_seconds,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=30),
            retry_policy=RetryPolicy(maximum_attempts=3),
            summary="Free holds and authorisations whose reservation workflow is gone",
        )


async def ensure_reconciliation_schedule(client: Client, every: timedelta, orphan_after: timedelta) -> None:
    """Create the schedule, or bring an existing one up to date. Safe from several workers at once."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            ReconciliationWorkflow.run,
            int(orphan_after.total_seconds()),
            id=RECONCILIATION_WORKFLOW_ID,
            task_queue=RESERVATIONS_QUEUE,
            static_summary="Free holds and authorisations whose reservation workflow is gone",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
    try:
        await client.create_schedule(RECONCILIATION_SCHEDULE_ID, schedule)
    except ScheduleAlreadyRunningError:
        handle = client.get_schedule_handle(RECONCILIATION_SCHEDULE_ID)
        await handle.update(lambda _: ScheduleUpdate(schedule=schedule))
