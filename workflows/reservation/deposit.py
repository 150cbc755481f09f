"""While the deposit is awaited: what webhooks say, and one last look at Stripe before the hold is given up."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from contracts.money import PaymentEvent
    from domain.reservation.lifecycle import State

    from workflows.engine.step import StepFailed
    from workflows.reservation.booking import confirm
    from workflows.reservation.effects import Effects
    from workflows.reservation.ending import Ending
    from workflows.reservation.record import Record


class Deposit:
    def __init__(self, record: Record, effects: Effects, ending: Ending) -> None:
        self._record = record
        self._effects = effects
        self._ending = ending

    async def changed(self, event: PaymentEvent) -> None:
        """From the webhook. What Stripe says now counts, not the order in which events arrive."""
        record = self._record
        if record.progress.state is not State.AWAITING_PAYMENT or not record.first_sight(event.event_id):
            return
        if event.status == "failed":
            record.tell(workflow.now(), "A card was declined; another may be tried until the payment is due")
            return
        await self._look()

    async def due(self) -> None:
        """Time is up. The driver may have paid while the webhook is still on its way: ask Stripe before giving up."""
        if not await self._look():
            await self._ending.expire()

    async def _look(self) -> bool:
        """Is it paid? When Stripe cannot be asked it is not, as far as we know: settlement gives money back."""
        record = self._record
        try:
            record.authorisation = await self._effects.authorise_deposit()
        except StepFailed as error:
            record.tell(workflow.now(), f"The payment could not be looked up: {error}")
            return False
        if record.authorisation.status != "authorised":
            return False
        confirm(record)
        return True
