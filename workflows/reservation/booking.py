"""Booking: hold first, then the deposit; a booking that is refused or given up leaves nothing behind."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from contracts.holds import Refusal
    from contracts.money import Authorisation
    from contracts.reservation import BookDecision
    from domain.errors import BookingTooLate, DomainError, PaymentDeclined, ServiceUnavailable
    from domain.reservation.lifecycle import State
    from domain.reservation.release import ReleaseReason

    from workflows.engine.compensations import Compensations
    from workflows.engine.step import StepFailed
    from workflows.reservation.effects import Effects
    from workflows.reservation.presentation import view_of
    from workflows.reservation.record import Record


class Booking:
    def __init__(self, record: Record, effects: Effects) -> None:
        self._record = record
        self._effects = effects
        self._undo = Compensations()
        self._refusal: Refusal | None = None

    async def run(self) -> None:
        """Ends in CONFIRMED, AWAITING_PAYMENT or DECLINED. Never raises for what the outside world does."""
        record, now = self._record, workflow.now()
        if record.decline:
            await self._decline(record.decline)
        elif now > record.request.book_by:
            await self._decline(
                BookingTooLate("the booking took too long and was given up; please book again")
            )
        else:
            try:
                await self._hold_and_authorise()
            except StepFailed as error:
                workflow.logger.warning("booking given up", extra={"cause": str(error)})
                await self._decline(
                    ServiceUnavailable("the booking could not be made just now; please try again")
                )

    def decision(self) -> BookDecision:
        record = self._record
        view = view_of(record, workflow.now())
        if record.decline is not None:
            return BookDecision(
                outcome="declined",
                view=view,
                decline_code=record.decline.code,
                message=record.decline.message,
                alternatives=self._refusal.alternatives if self._refusal else (),
            )
        if record.progress.state is State.AWAITING_PAYMENT:
            return BookDecision(
                outcome="payment_required",
                view=view,
                client_secret=view.client_secret,
                payment_due_at=record.progress.payment_due_at,
            )
        return BookDecision(outcome="confirmed", view=view)

    async def _hold_and_authorise(self) -> None:
        record = self._record
        self._undo.push("release the hold", lambda: self._effects.release_holds(ReleaseReason.DECLINED))
        decision = await self._effects.place_hold()
        if decision.refusal or decision.held is None or decision.terms is None:
            self._refusal = decision.refusal
            self._undo.forget()  # the refusal says for certain that nothing is held
            await self._decline(_Refused.of(decision.refusal))
            return
        record.terms, record.site_name = decision.terms, decision.site_name
        record.stripe_customer = decision.stripe_customer
        record.take(decision.held)
        if decision.terms.policy.deposit.is_zero:
            confirm(record)
            return
        record.deposit_in_doubt = True
        authorisation = await self._effects.authorise_deposit()
        await self._go_on(authorisation)

    async def _go_on(self, authorisation: Authorisation) -> None:
        record, now = self._record, workflow.now()
        record.authorisation = authorisation
        match authorisation.status:
            case "authorised":
                confirm(record)
            case "declined":
                reason = authorisation.message or "the card was declined"
                await self._decline(PaymentDeclined(f"{reason.rstrip('.')}; try another card"))
            case _:
                record.progress.payment_due_at = now + record.accepted_terms.policy.payment_ttl
                record.to(State.AWAITING_PAYMENT, now, "Connector held while the deposit is paid")

    async def _decline(self, why: DomainError) -> None:
        """The connector goes back at once; a deposit in doubt is voided after the caller has the answer."""
        record = self._record
        record.decline = why
        failed = await self._undo.run()
        record.held, record.progress.assignment = None, None
        record.to(State.DECLINED, workflow.now(), f"Declined: {why.message}")
        if failed:
            record.ending = True
            record.call_operator(workflow.now(), f"could not undo: {', '.join(failed)}")
        elif record.deposit_in_doubt:
            record.ending = record.money_due = True
        else:
            record.closed = True


def confirm(record: Record) -> None:
    record.progress.payment_due_at = None
    place = record.progress.assignment
    record.to(State.CONFIRMED, workflow.now(), f"Confirmed at {record.site_name}")
    record.notify("confirmed", bay=place.label if place else "")


class _Refused(DomainError):
    """A refusal that came back from an activity: it keeps the rule's own code."""

    @classmethod
    def of(cls, refusal: Refusal | None) -> DomainError:
        error = cls(refusal.message if refusal else "no connector is free for this slot")
        error.code = refusal.code if refusal else "slot_unavailable"
        return error
