"""How a reservation ends: cancelled, expired, no-show, unfulfilled or served; then money, then closing."""

from datetime import datetime, timedelta

from temporalio import workflow

from domain.causes import Cause
from domain.facts import audit, notices, stay, timeline_payment
from domain.facts.attention import Problem
from domain.money.bill import Receipt
from domain.part import PartOf
from domain.reservation.actions.messages import Cancel, Operate, Waive
from domain.reservation.actions.rules import check_undone, check_waiver
from domain.reservation.crossing import a_start_may_cross
from domain.reservation.lifecycle import Course, State
from domain.reservation.release import ReleaseReason
from domain.reservation.rerouting import kept_from_charging
from domain.settlement.costs_ahead import check_cancelling
from domain.settlement.told import notice_of, settled_fact
from workflows.engine.effects import StepFailed
from workflows.reservation.device_hold import DeviceHolds
from workflows.reservation.effects import Effects
from workflows.reservation.record import Record

_LOOKS_AFTER_STOP = 4
_UNTIL_STOPPED = timedelta(seconds=2)


class Ending:
    def __init__(self, record: Record, effects: Effects, device: DeviceHolds) -> None:
        self._record = record
        self._effects = effects
        self._device = device

    # --- the ends there are ----------------------------------------------------------------------------

    async def served(self, departed_at: datetime | None) -> None:
        """Charged (or, `departed_at` None, arrived and never charged): settle and complete."""
        self._record.progress.settles(departed_at)
        self._record.tell(stay.StayOver())
        await self._finish()

    async def slot_ended_unused(self) -> None:
        """Arrived, and never charged: served, unless trouble of ours kept the driver from it."""
        self._record.progress.start_came_to_nothing(workflow.now())
        cause = kept_from_charging(self._record.progress)
        await (self.served(None) if cause is None else self.unfulfilled(cause))

    async def expire(self) -> None:
        """Payment never completed, or not answered for: nothing stays held. Only what was charged, or accepted before
        for changing it late, is paid.
        """
        self._record.progress.expired()
        self._record.tell(timeline_payment.PaymentExpired())
        self._record.notify(notices.Expired())
        await self._finish()

    async def no_show(self) -> None:
        """Grace is over: the connector goes to others; the fee waits until late arrival is impossible."""
        self._record.progress.not_arrived(workflow.now())
        self._record.tell(stay.NotArrived())
        self._record.notify(notices.NoShow())
        await self._give_back()

    async def late_window_over(self) -> None:
        self._record.progress.goes(Course.ENDING)
        await self._money()

    async def unfulfilled(self, cause: Cause) -> None:
        """We could not keep the promise: no fees, what was delivered is paid, and a credit."""
        self._record.progress.unfulfilled(cause, workflow.now())
        self._record.tell(stay.Unfulfilled())
        self._record.notify(notices.Unfulfilled(cause=cause))
        await self._finish()

    async def cancel(self, ask: Cancel) -> None:
        record = self._record
        check_cancelling(record.progress, record.accepted_terms, record.as_of(), accepted=ask.accepted_cost)
        await self._cancelled(Cause.DRIVER, "driver", audit.Cancel(reason=ask.reason))

    async def operator_cancel(self, ask: Operate) -> None:
        actor = f"operator:{ask.operator}"
        if ask.part_of is not None:
            check_undone(self._record.progress.state)
            actor = ask.part_of
        await self._cancelled(Cause.OPERATOR, actor, audit.Cancel(reason=ask.reason), part_of=ask.part_of)

    async def force_release(self, ask: Operate) -> None:
        released = audit.ForceRelease(reason=ask.reason)
        await self._cancelled(Cause.OPERATOR, f"operator:{ask.operator}", released, tell_charger=False)

    async def cancelled_in_temporal(self, reason: str) -> None:
        """*Request Cancellation*: the operator cancels; every compensation runs, no fee."""
        if not self._record.progress.is_over:
            await self._cancelled(Cause.OPERATOR, "operator:temporal", audit.Cancel(reason=reason))

    async def _cancelled(
        self,
        by: Cause,
        actor: str,
        deed: audit.Cancel | audit.ForceRelease,
        *,
        tell_charger: bool = True,
        part_of: PartOf | None = None,
    ) -> None:
        """By the driver (tiers apply) or by us (no fee): every hold and authorisation is given back."""
        record, progress = self._record, self._record.progress
        record.audited(actor, deed)
        progress.cancelled(record.as_of(), by)
        if progress.state is State.NO_SHOW:
            record.tell(stay.NoShowFeeDropped(by=by))
        else:
            record.tell(stay.Cancelled(by=by, reason=deed.reason, part_of=part_of))
            record.notify(notices.Cancelled(by=by, part_of=part_of))
        await self._finish(tell_charger=tell_charger)

    # --- what operators do about an end ----------------------------------------------------------------

    async def waive(self, ask: Waive) -> None:
        check_waiver(ask.kind)
        self._record.progress.waives(ask.kind)
        self._record.audited(f"operator:{ask.operator}", audit.Waive(kind=ask.kind, reason=ask.reason))
        self._record.tell(stay.Waived(kind=ask.kind))

    async def resolve(self, ask: Operate) -> None:
        """Do again what failed. Everything here is idempotent."""
        record, progress = self._record, self._record.progress
        progress.resolved()
        record.audited(f"operator:{ask.operator}", audit.Resolve(reason=ask.reason))
        record.tell(stay.Resolved(reason=ask.reason))
        if progress.has_given_up:
            await self._give_back()
        if progress.is_to_be_settled and record.receipt is None:
            await self._money()
        elif progress.is_over:
            record.close()

    # --- giving back -----------------------------------------------------------------------------------

    async def _finish(self, *, tell_charger: bool = True) -> None:
        """Give everything back, then the money: one failing does not keep the other from being done."""
        progress = self._record.progress
        progress.goes(Course.ENDING)
        to_tell = progress.device.held or progress.running_transaction is not None
        if tell_charger and (to_tell or self._start_may_cross):
            await self._give_back()
            await self._money()
        else:
            progress.device.gone()
            await self._give_back_with_money(self._why_released)

    async def _give_back_with_money(self, reason: ReleaseReason) -> None:
        """Where no charger is to be told in between, one effect does both; what it could not do is tried by itself."""
        try:
            receipt = await self._effects.money.settle_at_once(giving_back=reason)
        except StepFailed as error:
            await self._release(reason)
            if error.final and not error.superseded:
                self._record.call_operator(Problem.SETTLEMENT_FAILED, error)
            else:
                await self._money(anew=False)
        else:
            self._settled(receipt)

    async def _give_back(self) -> None:
        await self._release(self._why_released)
        await self._tell_charger()
        self._record.progress.device.gone()

    @property
    def _why_released(self) -> ReleaseReason:
        progress = self._record.progress
        return ReleaseReason.of_end(progress.state, never_confirmed=progress.never_confirmed)

    async def _release(self, reason: ReleaseReason) -> None:
        try:
            await self._effects.holds.release_holds(reason)
        except StepFailed as error:
            self._record.call_operator(Problem.CONNECTOR_NOT_RELEASED, error)

    async def _tell_charger(self) -> None:
        """A session that we end while it runs is stopped; its energy is settled as far as the charger has told."""
        record, progress = self._record, self._record.progress
        try:
            await self._device.withdraw()
            running = progress.running_transaction
            if running is not None and record.held is not None:
                progress.stop_requested()
                await self._effects.chargers.end_session(record.held.assignment.charger_id, running)
            if self._start_may_cross:
                await self._stop_what_crossed(running)
        except StepFailed as error:
            record.call_operator(Problem.CHARGER_NOT_TOLD, error)

    @property
    def _start_may_cross(self) -> bool:
        terms = self._record.terms
        return terms is not None and a_start_may_cross(self._record.progress, terms.policy, workflow.now())

    async def _stop_what_crossed(self, stopped: str | None) -> None:
        """A session that began while the reservation ended is stopped, and what it has delivered priced."""
        for attempt in range(_LOOKS_AFTER_STOP):
            found = (await self._effects.holds.match_sessions(ended=True)).sessions
            running = [one for one in found if one.ended_at is None and one.transaction_id != stopped]
            if not running:
                return
            for one in running if attempt == 0 else ():
                await self._effects.chargers.end_session(one.held.assignment.charger_id, one.transaction_id)
            await workflow.sleep(_UNTIL_STOPPED)  # the end brings the last reading

    # --- money -----------------------------------------------------------------------------------------

    async def _money(self, *, anew: bool = True) -> None:
        """`anew` False: the settlement that was begun, once more."""
        try:
            self._settled(await self._effects.money.settle_at_once(anew=anew))
        except StepFailed as error:
            if error.final:
                self._record.call_operator(Problem.SETTLEMENT_FAILED, error)
            else:
                self._record.progress.goes(Course.COLLECTING)
                self._record.tell(stay.SettlementDelayed())

    async def collect(self) -> None:
        """In the background, while people already see how it ended: settle, or void what a decline left."""
        record, progress = self._record, self._record.progress
        declined = progress.state is State.DECLINED
        try:
            if declined:
                await self._effects.money.void_payments("declined")
                progress.deposit_settled(captured=False)
                record.close()
            else:
                self._settled(await self._effects.money.settle_in_time())
        except StepFailed as error:
            problem = Problem.DEPOSIT_NOT_VOIDED if declined else Problem.SETTLEMENT_FAILED
            record.call_operator(problem, error)
            progress.goes(Course.ENDING)

    def _settled(self, receipt: Receipt) -> None:
        record, progress = self._record, self._record.progress
        record.receipt = receipt
        progress.deposit_settled(captured=receipt.payments.captured.minor > 0)
        if progress.state is State.SETTLING:
            progress.completed()
        record.tell(settled_fact(receipt))
        record.notify(notice_of(receipt))
        record.close()
