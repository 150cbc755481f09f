"""The scheduled reconciler: frees holds and authorisations whose workflow is gone (terminated, lost)."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.reconciliation import ReconciliationActivities, ReconciliationReport


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
