"""Booking: hold first, then the deposit or fee; a booking that is refused or given up leaves nothing behind."""

from dataclasses import replace

from temporalio import workflow

from contracts.holds import Refusal
from contracts.money import PaymentEvent
from contracts.reservation import BookDecision, BookOutcome
from domain.errors import (
    BookingFailed,
    BookingTooLate,
    Explained,
    Explanation,
    PaymentDeclined,
    PaymentProviderAway,
    SlotUnavailable,
)
from domain.facts import notices
from domain.facts.attention import Problem
from domain.facts.refused_bookings import (
    AnotherCardNeeded,
    BookingGivenUp,
    BookingNotMade,
    NoConnectorFree,
    ProviderAway,
)
from domain.facts.timeline import Confirmed, Declined
from domain.facts.timeline_payment import CardDeclined, CardSaved, HeldForPayment, PaymentNotLookedUp
from domain.reservation.authorisation import authorisation_due
from domain.reservation.booking import accepted_while_away, comes_too_late, payment_due
from domain.reservation.lifecycle import Course, DepositState, State
from domain.reservation.payment_plan import Take, plan_of
from domain.settlement.agreed import agreed_amount
from workflows.engine.effects import StepFailed
from workflows.reservation.authorising import Authorising
from workflows.reservation.effects import Effects
from workflows.reservation.ending import Ending
from workflows.reservation.record import Record
from workflows.reservation.view import view_of

_PAID = (DepositState.AUTHORISED, DepositState.CARD_SAVED, DepositState.TAKEN)
"""Of all that was asked for."""


class Booking:
    def __init__(self, record: Record, effects: Effects, authorising: Authorising, ending: Ending) -> None:
        self._record = record
        self._effects = effects
        self._authorising = authorising
        self._ending = ending

    async def begin(self) -> None:
        """Ends in CONFIRMED, AWAITING_PAYMENT or DECLINED. Never raises for what the outside world does."""
        record = self._record
        if record.decline:
            await self._decline(record.decline)
        elif comes_too_late(record.request.book_by, workflow.now()):
            await self._decline(BookingTooLate(BookingGivenUp()))
        else:
            try:
                await self._hold_and_authorise()
            except StepFailed as error:
                workflow.logger.warning("booking given up", extra={"cause": str(error)})
                await self._decline(BookingFailed(BookingNotMade()))

    def decision(self) -> BookDecision:
        """What the caller is answered."""
        record = self._record
        view = view_of(record, workflow.now())
        if record.decline is not None:
            return BookDecision(
                outcome=BookOutcome.DECLINED,
                view=view,
                decline_code=record.decline.code,
                why=Explanation.of(record.decline.why, record.zone),
                alternatives=record.refusal.alternatives if record.refusal else (),
            )
        if record.progress.state is State.AWAITING_PAYMENT:
            return BookDecision(
                outcome=BookOutcome.PAYMENT_REQUIRED,
                view=view,
                client_secret=view.client_secret,
                payment_due_at=record.progress.payment_due_at,
            )
        return BookDecision(outcome=BookOutcome.CONFIRMED, view=view)

    async def payment_changed(self, event: PaymentEvent) -> None:
        """From the webhook. What Stripe says now counts, not the order of events; if it is silent, the event."""
        if event.status == "failed":
            self._record.tell(CardDeclined())
            return
        await self._is_paid(told=event)

    async def payment_due(self) -> None:
        """Time is up. The driver may have paid while the webhook is still on its way: ask Stripe before giving up."""
        if not await self._is_paid():
            await self._ending.expire()

    async def _hold_and_authorise(self) -> None:
        record = self._record
        decision = await self._effects.holds.place_hold()
        record.terms, record.site_name = decision.terms, decision.site_name
        record.learns_where(decision.site)
        if decision.refusal or decision.held is None or decision.terms is None:
            record.refusal = await self._with_alternatives(decision.refusal)
            await self._decline(
                decision.refusal.error() if decision.refusal else SlotUnavailable(NoConnectorFree())
            )
            return
        record.stripe_customer, record.fleet = decision.stripe_customer, decision.fleet
        record.take(decision.held)
        slot, is_fee = record.progress.slot, decision.terms.policy.payments.model.takes_fee_at_booking
        record.plan = plan_of(agreed_amount(decision.terms, slot), slot, workflow.now(), is_fee=is_fee)
        if record.plan.take is Take.NOTHING:
            self._confirm()
            return
        record.progress.deposit_is(DepositState.ASKED)
        try:
            state = await self._authorising.look()
        except StepFailed as error:
            await self._without_provider(error)
        else:
            await self._go_on(state)

    async def _with_alternatives(self, refusal: Refusal | None) -> Refusal | None:
        """Nothing hangs on them: a booking is refused without, if they cannot be found in time."""
        if refusal is None or not refusal.asks_for_others:
            return refusal
        try:
            return replace(refusal, alternatives=await self._effects.holds.find_alternatives())
        except StepFailed as error:
            workflow.logger.warning("refused without alternatives", extra={"cause": str(error)})
            return refusal

    async def _without_provider(self, error: StepFailed) -> None:
        """Whether it was asked for nobody knows; the same key asks again, or the refusal gives it back."""
        record = self._record
        if error.final:
            raise error
        if accepted_while_away(record.accepted_terms.policy, record.agreed_plan.amount):
            record.progress.deposit_is(DepositState.DEFERRED)
            self._authorising.later(error)
            self._confirm()
        else:
            workflow.logger.warning("payment provider away", extra={"cause": str(error)})
            await self._decline(PaymentProviderAway(ProviderAway()))

    async def _go_on(self, state: DepositState) -> None:
        record = self._record
        match state:
            case state if state in _PAID:
                self._confirm()
            case DepositState.DECLINED | DepositState.LAPSED:
                words = record.authorisation.message.rstrip(".") if record.authorisation else ""
                await self._decline(PaymentDeclined(AnotherCardNeeded(words=words)))
            case _:
                until = payment_due(record.accepted_terms.policy, workflow.now())
                record.progress.awaits_payment(until)
                record.tell(HeldForPayment(until=until))

    async def _is_paid(self, *, told: PaymentEvent | None = None) -> bool:
        """When Stripe cannot be asked it is not, as far as we know (settlement gives it back), unless it `told` so."""
        record = self._record
        try:
            await self._authorising.look()
        except StepFailed as error:
            record.tell(PaymentNotLookedUp(detail=str(error)))
            if error.superseded or told is None or told.status not in _PAID or record.authorisation is None:
                return False
            record.authorised(
                replace(
                    record.authorisation,
                    status=DepositState(told.status),
                    client_secret=None,
                    payment_method=told.payment_method,
                )
            )
            if record.progress.deposit is DepositState.AUTHORISED:
                self._authorising.believed()
        if record.progress.deposit not in _PAID:
            return False
        self._confirm()
        return True

    def _confirm(self) -> None:
        record = self._record
        record.progress.confirmed(workflow.now())
        record.tell(Confirmed(site=record.site_name))
        due = authorisation_due(record.progress, record.accepted_terms.policy)
        if record.progress.deposit is DepositState.CARD_SAVED and due is not None:
            record.tell(CardSaved(at=due))
        record.notify(notices.Confirmed(bay=record.bay))

    async def _decline(self, why: Explained) -> None:
        """The connector goes back at once; a deposit in doubt is voided after the caller has the answer."""
        record, progress = self._record, self._record.progress
        record.decline = why
        progress.declined()
        record.held = None
        record.tell(Declined(reason=why.code))
        progress.goes(Course.ENDING)
        await self._give_up()
        record.close()

    async def _give_up(self) -> None:
        """Also what an earlier attempt at this task held or asked for, of which this one knows nothing."""
        record = self._record
        try:
            given_up = await self._effects.holds.give_up_booking()
        except StepFailed as error:
            record.call_operator(Problem.NOT_UNDONE, error)
            record.progress.deposit_may_be_held()
        else:
            if given_up.payments:
                record.progress.deposit_may_be_held()
