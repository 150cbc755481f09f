"""ReconciliationWorkflow: frees holds and authorisations whose workflow is gone (terminated, lost)."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from contracts.reconciliation import RELEASE_ORPHANS, ReconciliationReport
    from texts import steps
    from texts.reader import Reader

    from workflows.engine.effects import by_worker
    from workflows.engine.options import ON_SCHEDULE


@workflow.defn(name="ReconciliationWorkflow")
class ReconciliationWorkflow:
    @workflow.run
    async def run(self, orphan_after_seconds: int) -> ReconciliationReport:
        summary = Reader().fact(steps.Reconcile())
        return await by_worker(RELEASE_ORPHANS, orphan_after_seconds, ON_SCHEDULE, summary=summary)
