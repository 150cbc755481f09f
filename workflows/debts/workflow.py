"""DebtWorkflow: collects what a reservation still owes. What is due and when is decided where the debt is kept.

Each round asks once how the debt stands, which also does what is due; then it waits for the next instant or for news:
a settlement that changed the debt, a payment by hand, a person who wrote it off.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from contracts.debts import (
        ASK_FOR_PAYMENT,
        COLLECT_DEBT,
        AskForPayment,
        CollectDebt,
        DebtStanding,
        PaymentAsked,
    )
    from contracts.names import DEBT_WORKFLOW, MessageName
    from contracts.search_attributes import NEEDS_ATTENTION, SITE
    from domain.settlement.debts import WaitsFor
    from texts import steps
    from texts.reader import Reader
    from workflows.debts.details import details_of
    from workflows.debts.options import COLLECTING, WITH_DRIVER
    from workflows.engine.effects import StepFailed, by_worker
    from workflows.engine.step import StepUnderWay

_WORDS = Reader()
_AFTER_A_FAILURE = timedelta(days=1)


@workflow.defn(name=DEBT_WORKFLOW)
class DebtWorkflow:
    @workflow.init
    def __init__(self, code: str) -> None:
        self._code = code
        self._standing: DebtStanding | None = None
        self._news = False
        self._trouble = ""
        self._shown: tuple[str, bool] | None = None

    @workflow.run
    async def run(self, code: str) -> DebtStanding:
        """Until nothing is owed any more; a debt that comes back is collected by a further run."""
        while True:
            self._news = False
            await self._look()
            self._show()
            if self._is_over:
                await workflow.wait_condition(workflow.all_handlers_finished)
                if not self._news:
                    return self._standing or DebtStanding(code=code)
                continue
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(code)
            await self._wait()

    @workflow.signal(name=MessageName.DEBT_CHANGED, description=_WORDS.word(MessageName.DEBT_CHANGED))
    def debt_changed(self) -> None:
        self._news = True

    @workflow.update(name=MessageName.PAY, description=_WORDS.word(MessageName.PAY))
    async def pay(self) -> PaymentAsked:
        """Something to pay with; refused where nothing is owed."""
        ask = AskForPayment(code=self._code, now=workflow.now())
        try:
            return await by_worker(
                ASK_FOR_PAYMENT, ask, StepUnderWay(), WITH_DRIVER, summary=_WORDS.fact(steps.AskForPayment())
            )
        except StepFailed as failure:
            cause = failure.__cause__
            refusal = getattr(cause, "cause", None) or cause
            if isinstance(refusal, ApplicationError):
                raise ApplicationError(
                    refusal.message, *refusal.details, type=refusal.type, non_retryable=True
                ) from failure
            raise ApplicationError("no answer in time", type="stripe_unavailable") from failure

    @workflow.query(name=MessageName.VIEW, description=_WORDS.word(MessageName.VIEW))
    def view(self) -> DebtStanding:
        return self._standing or DebtStanding(code=self._code)

    @workflow.query(name=MessageName.DETAILS, description=_WORDS.word(MessageName.DETAILS))
    def details(self) -> str:
        return details_of(self._code, self._standing, self._trouble)

    @property
    def _is_over(self) -> bool:
        return not self._trouble and self._standing is not None and not self._standing.is_open

    async def _look(self) -> None:
        ask = CollectDebt(code=self._code, now=workflow.now())
        try:
            self._standing = await by_worker(
                COLLECT_DEBT, ask, StepUnderWay(), COLLECTING, summary=_WORDS.fact(steps.CollectDebt())
            )
            self._trouble = ""
        except StepFailed as failure:
            self._trouble = str(failure)

    async def _wait(self) -> None:
        """For news, and for the next instant; after a failure a day at most. Asking to pay makes it long, too."""
        until = self._standing.next_at if self._standing is not None else None
        patience = None if until is None else max(timedelta(seconds=1), until - workflow.now())
        if self._trouble:
            patience = _AFTER_A_FAILURE
        try:
            await workflow.wait_condition(
                lambda: self._news or workflow.info().is_continue_as_new_suggested(),
                timeout=patience,
                timeout_summary=_WORDS.fact(steps.AwaitDebt()),
            )
        except TimeoutError:
            return

    def _show(self) -> None:
        standing = self._standing
        waits = standing is not None and standing.is_open and standing.waits_for == WaitsFor.OPERATOR
        shown = (standing.site_id if standing is not None else "", waits or bool(self._trouble))
        if shown != self._shown:
            self._shown = shown
            workflow.upsert_search_attributes([SITE.value_set(shown[0]), NEEDS_ATTENTION.value_set(shown[1])])
        workflow.set_current_details(self.details())
