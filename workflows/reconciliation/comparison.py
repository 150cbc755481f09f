"""ComparisonWorkflow: compares what lists and searches show with the reservations' workflows, and mends it."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from contracts.comparison import COMPARE, Comparison, ComparisonReport
    from texts import steps
    from texts.reader import Reader
    from workflows.engine.effects import by_worker
    from workflows.engine.options import CallOptions
    from workflows.engine.step import StepUnderWay

ON_SCHEDULE = CallOptions(
    start_to_close_timeout=timedelta(hours=12),
    heartbeat_timeout=timedelta(minutes=1),
    retry_policy=RetryPolicy(maximum_attempts=10, maximum_interval=timedelta(minutes=5)),
)
"""All of many reservations takes hours, and an attempt goes on where the one before has stopped."""


@workflow.defn(name="ComparisonWorkflow")
class ComparisonWorkflow:
    @workflow.run
    async def run(self, comparison: Comparison) -> ComparisonReport:
        return await by_worker(
            COMPARE, comparison, StepUnderWay(), ON_SCHEDULE, summary=Reader().fact(steps.Compare())
        )
