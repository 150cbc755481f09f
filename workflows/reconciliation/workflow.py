"""ReconciliationWorkflow: settles what was told too late, frees holds and authorisations whose workflow is gone."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from contracts.reconciliation import RELEASE_ORPHANS, SETTLE_FOLLOW_UPS, ReconciliationReport
    from texts import steps
    from texts.reader import Reader
    from workflows.engine.effects import by_worker
    from workflows.engine.options import CallOptions
    from workflows.engine.step import StepUnderWay

ON_SCHEDULE = CallOptions(
    start_to_close_timeout=timedelta(minutes=5),
    heartbeat_timeout=timedelta(seconds=30),
    retry_policy=RetryPolicy(maximum_attempts=3),
)
"""The reconciler: what one run does not reach, the next one does."""


CLOSED_WITHIN = timedelta(minutes=10)
"""Each reservation is looked at several times after it closed, in case nobody noticed what came at the same moment."""


@workflow.defn(name="ReconciliationWorkflow")
class ReconciliationWorkflow:
    @workflow.run
    async def run(self, orphan_after_seconds: int) -> ReconciliationReport:
        closed_within = int(CLOSED_WITHIN.total_seconds())
        summary = Reader().fact(steps.SettleFollowUps())
        await by_worker(SETTLE_FOLLOW_UPS, closed_within, StepUnderWay(), ON_SCHEDULE, summary=summary)
        summary = Reader().fact(steps.Reconcile())
        return await by_worker(
            RELEASE_ORPHANS, orphan_after_seconds, StepUnderWay(), ON_SCHEDULE, summary=summary
        )
