"""MoneyReconciliationWorkflow: compares our books with the payment provider's, and mends what is provably safe."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from contracts.provider_reconciliation import RECONCILE_MONEY, MoneyReconciliation, MoneyReport
    from texts import steps
    from texts.reader import Reader
    from workflows.engine.effects import by_worker
    from workflows.engine.options import CallOptions
    from workflows.engine.step import StepUnderWay

ON_SCHEDULE = CallOptions(
    start_to_close_timeout=timedelta(hours=2),
    heartbeat_timeout=timedelta(minutes=1),
    retry_policy=RetryPolicy(maximum_attempts=5, maximum_interval=timedelta(minutes=5)),
)
"""The lists of some days; what one run does not reach, as the provider is away, the next one does."""


@workflow.defn(name="MoneyReconciliationWorkflow")
class MoneyReconciliationWorkflow:
    @workflow.run
    async def run(self, ask: MoneyReconciliation) -> MoneyReport:
        summary = Reader().fact(steps.ReconcileMoney())
        return await by_worker(RECONCILE_MONEY, ask, StepUnderWay(), ON_SCHEDULE, summary=summary)
