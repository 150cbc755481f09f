"""The hold on a driver's card: placed, renewed before it lapses, placed anew when it is gone, asked of the driver.

The fee that is taken at booking instead is asked for in the same way, without a hold that could lapse.

Each authorisation is a step of its own (`deposit`, `deposit-2`…), counted once it was answered: a step whose answer was
lost is asked again under the same key, and nothing is held twice. When: `domain.reservation.authorisation`.
"""

from dataclasses import replace

from temporalio import workflow

from contracts.money import Authorisation, PaymentEvent
from domain.facts import notices, timeline_payment
from domain.facts.attention import Problem
from domain.money.declines import NO_CARD, reason_of
from domain.reservation.authorisation import (
    AskedAs,
    answer_due,
    deposit_step,
    fee_step,
    has_a_date,
    hold_change_due,
    is_far,
    tried_again_at,
)
from domain.reservation.lifecycle import DepositState, State
from domain.terms.payments import WhenUnpaid
from domain.terms.policy import Policy
from workflows.engine.effects import StepFailed
from workflows.reservation.effects import Effects
from workflows.reservation.ending import Ending
from workflows.reservation.hold_change import HoldChange
from workflows.reservation.record import Record


class Authorising:
    def __init__(self, record: Record, effects: Effects, ending: Ending) -> None:
        self._record = record
        self._effects = effects
        self._ending = ending
        self._change = HoldChange(record, effects)

    async def look(self) -> DepositState:
        """Ask for what the booking agreed on, or learn what became of what was asked last. Raises StepFailed."""
        await self._ask(max(self._record.standing, 1), self._record.asked_as)
        if self._record.progress.state is State.CONFIRMED:
            self._change.suits()  # when it lapses may only be known by now
        return self._record.progress.deposit

    # --- deadlines -----------------------------------------------------------------------------------

    async def due(self) -> None:
        """Place it, or renew it. What cannot be had now is tried again, and the slot stays the driver's meanwhile."""
        progress = self._record.progress
        changes_at = hold_change_due(progress)
        if changes_at is not None and changes_at <= workflow.now():
            await self._hold_changes()
            return
        is_held = progress.deposit is DepositState.AUTHORISED
        is_believed = is_held and progress.authorisation_lapses_at is None
        if is_held and not is_believed and is_far(progress, self._policy, workflow.now()):
            self._change.given_back()  # the slot was moved to a later day
            return
        try:
            await (self._look_behind_what_was_believed() if is_believed else self._place())
        except StepFailed as error:
            self.later(error)

    async def _hold_changes(self) -> None:
        record = self._record
        try:
            await self._change.carry_out()
        except StepFailed as error:
            if error.final and not error.superseded and record.progress.deposit is DepositState.AUTHORISED:
                self._change.refused()
                return
            self.later(error)
            record.progress.hold_changes(tried_again_at(record.unreachable, workflow.now()))

    async def payment_due(self) -> None:
        """The driver was asked and time is up. They may have paid while the webhook is still on its way."""
        progress = self._record.progress
        try:
            state = await self.look()
        except StepFailed as error:
            self.later(error)
            progress.is_asked_to_pay(tried_again_at(self._record.unreachable, workflow.now()))
            return
        if state is not DepositState.ACTION_REQUIRED and state is not DepositState.DECLINED:
            self._authorised_after_all()
        elif self._policy.payments.when_unpaid is WhenUnpaid.CANCEL:
            await self._ending.expire()
        else:
            progress.is_asked_to_pay(None)
            self._record.tell(timeline_payment.KeptUnpaid())

    # --- news ----------------------------------------------------------------------------------------

    def slot_moved(self) -> None:
        """Who is asked to pay was given the date of the former slot. Far from the new one nothing is to be held yet:
        the saved card is tried again near it.
        """
        record, progress = self._record, self._record.progress
        self.length_changed()
        if progress.deposit not in (DepositState.ACTION_REQUIRED, DepositState.DECLINED):
            return
        may_wait = record.card is not None and not record.takes_fee
        if may_wait and is_far(progress, self._policy, workflow.now()):
            asked = record.authorisation
            record.authorisation = asked and replace(asked, client_secret=None)
            progress.is_asked_to_pay(None)
            self._change.given_back()  # also what the driver pays by the link that they have
        elif progress.payment_due_at is not None:
            self._driver_asked(record.authorisation)

    def length_changed(self) -> None:
        """What is held is to suit it."""
        self._change.slot_changed()

    def believed(self) -> None:
        """An event's word for a hold. The provider alone knows how long it lasts, and gives back what it replaces."""
        self._record.unreachable = 1
        self._record.progress.authorised_later(tried_again_at(1, workflow.now()))

    async def _look_behind_what_was_believed(self) -> None:
        """Raises StepFailed."""
        before = self._record.progress.deposit
        await self.look()
        self._tell_change(before)

    async def payment_changed(self, event: PaymentEvent) -> None:
        """From the webhook. What the provider says now counts; if it is silent, the event."""
        before = self._record.progress.deposit
        if event.status == "failed":
            if before is DepositState.ACTION_REQUIRED:
                self._record.tell(timeline_payment.CardDeclined())
            return
        if before is DepositState.CARD_SAVED:
            return
        try:
            await self.look()
        except StepFailed as error:
            self._record.tell(timeline_payment.PaymentNotLookedUp(detail=str(error)))
            self._believe(event)
        self._tell_change(before)

    def _believe(self, event: PaymentEvent) -> None:
        known = self._record.authorisation
        if known is None or known.payment_intent_id != event.payment_intent_id:
            return
        if event.status in (DepositState.AUTHORISED, DepositState.TAKEN):
            status = DepositState(event.status)
            self._record.authorised(replace(known, status=status, client_secret=None, lapses_at=None))
            if status is DepositState.AUTHORISED:
                self.believed()
        elif event.status == "canceled" and self._record.progress.deposit is DepositState.AUTHORISED:
            self._record.authorised(replace(known, status=DepositState.LAPSED))

    def _tell_change(self, before: DepositState) -> None:
        now = self._record.progress.deposit
        if now is before:
            return
        if now is DepositState.AUTHORISED:
            self._authorised_after_all()
        elif now is DepositState.LAPSED:
            self._record.tell(timeline_payment.AuthorisationLapsed())

    # --- asking --------------------------------------------------------------------------------------

    async def _place(self) -> None:
        """Raises StepFailed."""
        record, progress = self._record, self._record.progress
        if progress.deposit is DepositState.CARD_SAVED and record.card is None:
            await self.look()  # an event was believed, which did not say which card
        if not await self._tried_without_driver() or progress.deposit is DepositState.DECLINED:
            why = record.authorisation
            await self._ask(record.authorisations + 1, AskedAs.PRESENT)
            self._driver_asked(why)
            return
        match progress.deposit:
            case DepositState.AUTHORISED:
                record.tell(timeline_payment.DepositAuthorised())
            case DepositState.ACTION_REQUIRED:
                self._driver_asked(record.authorisation)
            case DepositState.LAPSED:  # while nobody heard the answer: the driver has nothing to confirm
                record.tell(timeline_payment.AuthorisationLapsed())
                progress.authorised_later(tried_again_at(1, workflow.now()))

    async def _tried_without_driver(self) -> bool:
        """False: there is no card that could be. Raises StepFailed."""
        record, deposit = self._record, self._record.progress.deposit
        if deposit is DepositState.DEFERRED:
            await self._ask(1, AskedAs.BOOKED)
            self._change.suits()
        elif deposit is not DepositState.DECLINED and record.card is not None:
            await self._ask(record.authorisations + 1, AskedAs.ABSENT)
        else:
            return False
        return True

    async def _ask(self, number: int, how: AskedAs) -> None:
        record = self._record
        record.authorised(await self._asked(number, how))
        record.asked_as = how
        if not (how is AskedAs.BOOKED and record.saves_card_only):
            record.authorisations = max(record.authorisations, number)
            record.standing = number
        self._change.compare()

    async def _asked(self, number: int, how: AskedAs) -> Authorisation:
        record, step = self._record, deposit_step(number)
        if record.takes_fee:
            return await self._fee_asked(number, how)
        match how:
            case AskedAs.BOOKED if record.saves_card_only:
                return await self._effects.money.save_card()
            case AskedAs.BOOKED:
                return await self._effects.money.authorise_deposit(
                    step,
                    payment_method=record.request.payment_method,
                    customer=record.stripe_customer,
                    booking=True,
                )
            case AskedAs.ABSENT:
                return await self._effects.money.authorise_deposit(
                    step, payment_method=record.card, customer=record.card_customer, off_session=True
                )
            case AskedAs.PRESENT:
                return await self._effects.money.authorise_deposit(step, payment_method=None, customer=None)

    async def _fee_asked(self, number: int, how: AskedAs) -> Authorisation:
        """With the card of the booking, or with whatever card the driver likes."""
        record, booked = self._record, how is AskedAs.BOOKED
        return await self._effects.money.take_fee(
            fee_step(number),
            payment_method=record.request.payment_method if booked else None,
            customer=record.stripe_customer if booked else None,
        )

    def _driver_asked(self, why: Authorisation | None) -> None:
        record, progress = self._record, self._record.progress
        until = answer_due(self._policy, progress.slot.start, workflow.now())
        progress.is_asked_to_pay(until if has_a_date(progress) else None)
        has_card = (record.card or record.request.payment_method) is not None
        silent = "authentication_required" if has_card else NO_CARD
        reason = reason_of((why and why.decline_code) or silent)
        known = record.authorisation.amount if record.authorisation else None
        amount = known or record.agreed_plan.amount
        record.tell(timeline_payment.PaymentWanted(why=reason, until=progress.payment_due_at))
        record.notify(
            notices.PaymentWanted(
                amount=amount, why=reason, until=progress.payment_due_at, fee=record.takes_fee
            )
        )

    def _authorised_after_all(self) -> None:
        progress = self._record.progress
        if progress.payment_due_at is not None:
            progress.is_asked_to_pay(None)
        if progress.deposit is DepositState.AUTHORISED:
            self._record.tell(timeline_payment.DepositAuthorised())

    def later(self, error: StepFailed) -> None:
        """The provider could not be asked, or refuses to be."""
        record = self._record
        record.unreachable += 1
        record.progress.authorised_later(tried_again_at(record.unreachable, workflow.now()))
        if record.unreachable == 1:
            record.tell(timeline_payment.PaymentNotLookedUp(detail=str(error)))
        if error.final and not error.superseded:
            record.call_operator(Problem.STEP_FAILED, error)

    @property
    def _policy(self) -> Policy:
        return self._record.accepted_terms.policy
