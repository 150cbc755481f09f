"""How a reservation ends: cancelled, expired, no-show, unfulfilled or served; then money, then closing."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.causes import Cause
    from domain.money.bill import Receipt
    from domain.money.lines import LineKind
    from domain.reservation.lifecycle import State
    from domain.reservation.release import ReleaseReason

    from workflows.engine.step import StepFailed
    from workflows.reservation.device_hold import DeviceHold
    from workflows.reservation.effects import Effects
    from workflows.reservation.record import Record


class Ending:
    def __init__(self, record: Record, effects: Effects, device: DeviceHold) -> None:
        self._record = record
        self._effects = effects
        self._device = device

    async def served(self) -> None:
        """Charged (or arrived and never charged): settle and complete."""
        self._record.to(State.SETTLING, workflow.now(), "Stay is over; settling")
        await self._finish("completed")

    async def cancel(self, by: Cause, actor: str, reason: str, *, tell_charger: bool = True) -> None:
        """Cancellation by driver (tiers apply) or by us (no fee): every hold and authorisation is given back."""
        record, now = self._record, workflow.now()
        record.audited(actor, "cancel", reason=reason)
        if record.progress.state is State.NO_SHOW:
            record.progress.waived.append(LineKind.NO_SHOW)
            record.tell(now, f"No-show fee dropped: cancelled by the {by}")
            await self._finish("no_show")
            return
        record.progress.never_confirmed = record.progress.state is State.AWAITING_PAYMENT
        record.progress.cancelled_at = now
        record.progress.ended_by = by
        record.to(State.CANCELLED, now, f"Cancelled by the {by}" + (f": {reason}" if reason else ""))
        record.notify("cancelled", by=by)
        await self._finish("cancelled", tell_charger=tell_charger)

    async def expire(self) -> None:
        """Payment never completed: nobody pays, nothing stays held."""
        record = self._record
        record.to(State.EXPIRED, workflow.now(), "Payment was not completed in time; hold released")
        record.notify("expired")
        await self._finish("expired")

    async def no_show(self) -> None:
        """Grace is over: the connector goes to others; the fee waits until late arrival is impossible."""
        record, now = self._record, workflow.now()
        record.progress.no_show_at = now
        record.to(
            State.NO_SHOW,
            now,
            "Grace period ended without arrival; connector released, latecomers are welcome",
        )
        record.notify("no_show")
        await self._give_back(ReleaseReason.NO_SHOW)

    async def late_window_over(self) -> None:
        await self._money()

    async def unfulfilled(self, cause: Cause) -> None:
        """We could not keep the promise: full refund and a credit."""
        record = self._record
        record.progress.ended_by = cause
        record.to(
            State.UNFULFILLED,
            workflow.now(),
            "No other connector was free; no fee, and a credit follows",
        )
        record.notify("unfulfilled", cause=cause)
        await self._finish("unfulfilled")

    async def go_on(self) -> None:
        """After an operator's `resolve`: do again what failed. Everything here is idempotent."""
        record = self._record
        if record.progress.state is State.NO_SHOW and not record.ending:
            await self._give_back(ReleaseReason.NO_SHOW)
        elif record.ending and record.receipt is None and record.progress.state is not State.DECLINED:
            await self._finish(record.progress.state.lower())
        elif record.ending:
            await self._give_back(record.progress.state.lower())
            record.money_due = record.deposit_in_doubt and record.progress.state is State.DECLINED
            record.closed = not record.money_due and not record.progress.needs_attention

    async def _finish(self, reason: str, *, tell_charger: bool = True) -> None:
        """Give everything back, then the money: one failing does not keep the other from being done."""
        self._record.ending = True
        await self._give_back(reason, tell_charger=tell_charger)
        await self._money()

    async def _give_back(self, reason: str, *, tell_charger: bool = True) -> None:
        try:
            await self._effects.release_holds(reason)
        except StepFailed as error:
            self._record.call_operator(workflow.now(), f"connector not released: {error}")
        if tell_charger:
            await self._tell_charger()
        self._record.device_hold = False

    async def _tell_charger(self) -> None:
        try:
            await self._device.cancel()
            await self._stop_transaction()
        except StepFailed as error:
            self._record.call_operator(workflow.now(), f"charger not told: {error}")

    async def _stop_transaction(self) -> None:
        """A session that we end while it runs; its energy is settled as far as the charger has told."""
        record = self._record
        running = record.transaction_id if record.progress.transaction_ended_at is None else None
        if running is not None and record.held is not None:
            record.transaction_id = None
            await self._effects.chargers.remote_stop(record.held.assignment.charger_id, running)

    async def _money(self) -> None:
        record = self._record
        record.ending = True
        try:
            self._settled(await self._effects.settle_at_once())
        except StepFailed as error:
            if error.final:
                record.call_operator(workflow.now(), f"settlement failed: {error}")
            else:
                record.money_due = True
                record.tell(workflow.now(), "The money is settled as soon as Stripe answers")

    async def money_in_time(self) -> None:
        """In the background, while people already see how it ended: settle, or void what a decline left."""
        record = self._record
        try:
            if record.progress.state is State.DECLINED:
                await self._effects.void_payments("declined")
                record.deposit_in_doubt = False
                record.closed = not record.progress.needs_attention
            else:
                self._settled(await self._effects.settle_in_time())
        except StepFailed as error:
            what = "deposit not voided" if record.progress.state is State.DECLINED else "settlement failed"
            record.call_operator(workflow.now(), f"{what}: {error}")
        record.money_due = False

    def _settled(self, receipt: Receipt) -> None:
        record = self._record
        record.receipt = receipt
        now, captured = workflow.now(), receipt.payments.captured
        if record.progress.state is State.SETTLING:
            record.to(State.COMPLETED, now, f"Settled: {captured}")
        else:
            record.tell(now, f"Settled: {captured}")
        record.notify("receipt", charged=str(captured), credit=str(receipt.bill.credit))
        record.closed = not record.progress.needs_attention
