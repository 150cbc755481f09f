"""What a reservation asks of its money, with the options and the summary of each."""

from dataclasses import replace

from temporalio import workflow

from contracts.money import (
    AUTHORISE_DEPOSIT,
    RELEASE_DEPOSIT,
    SAVE_CARD,
    SETTLE_RESERVATION,
    TAKE_FEE,
    VOID_PAYMENTS,
    Authorisation,
    AuthoriseDeposit,
    ReleaseDeposit,
    SaveCard,
    SettleReservation,
    TakeFee,
    VoidPayments,
)
from domain.money.bill import Receipt
from domain.reservation.release import ReleaseReason
from texts import steps
from workflows.engine.effects import by_worker, carry_out
from workflows.engine.step import StepUnderWay
from workflows.reservation.details import summary_of
from workflows.reservation.options import (
    GIVEN_BACK_AT_FIRST,
    STRIPE_AT_FIRST,
    STRIPE_UNTIL_DONE,
    STRIPE_WHILE_DRIVER_WAITS,
)
from workflows.reservation.record import Record
from workflows.reservation.settlement import settlement_of


class MoneyEffects:
    """Of one reservation, so that callers say only what is special."""

    def __init__(self, record: Record, under_way: StepUnderWay) -> None:
        self._record = record
        self._under_way = under_way

    async def authorise_deposit(
        self,
        step: str,
        *,
        payment_method: str | None,
        customer: str | None,
        off_session: bool = False,
        booking: bool = False,
    ) -> Authorisation:
        """Authorise, or learn what became of it: the step's key makes asking again safe.

        `booking`: a driver waits for it, and a short outage is ridden out.
        """
        request, amount = self._record.request, self._record.agreed_plan.amount
        ask = AuthoriseDeposit(
            code=request.code,
            driver_id=request.driver_id,
            amount=amount,
            payment_method=payment_method,
            customer=customer,
            now=workflow.now(),
            step=step,
            off_session=off_session,
        )
        summary = self._summary(steps.AuthoriseDeposit(amount=amount))
        options = STRIPE_WHILE_DRIVER_WAITS if booking else STRIPE_AT_FIRST
        return await carry_out(AUTHORISE_DEPOSIT, ask, self._under_way, options, summary=summary)

    async def take_fee(self, step: str, *, payment_method: str | None, customer: str | None) -> Authorisation:
        """Take it, or learn what became of it."""
        request, amount = self._record.request, self._record.agreed_plan.amount
        ask = TakeFee(
            code=request.code,
            driver_id=request.driver_id,
            amount=amount,
            payment_method=payment_method,
            customer=customer,
            now=workflow.now(),
            step=step,
            tax_basis_points=self._record.accepted_terms.tariff.tax_basis_points,
            fleet_id=self._record.fleet_id,
        )
        summary = self._summary(steps.TakeFee(amount=amount))
        return await carry_out(TAKE_FEE, ask, self._under_way, STRIPE_WHILE_DRIVER_WAITS, summary=summary)

    async def save_card(self) -> Authorisation:
        """Save the driver's card, or learn what became of it."""
        request = self._record.request
        ask = SaveCard(
            code=request.code,
            driver_id=request.driver_id,
            payment_method=request.payment_method,
            customer=self._record.stripe_customer,
            now=workflow.now(),
        )
        summary = self._summary(steps.SaveCard())
        return await carry_out(SAVE_CARD, ask, self._under_way, STRIPE_WHILE_DRIVER_WAITS, summary=summary)

    async def release_deposit(self, step: str) -> bool:
        """What is held by it, or could be confirmed of it; empty: by all."""
        ask = ReleaseDeposit(code=self._record.code, now=workflow.now(), step=step)
        summary = self._summary(steps.ReleaseDeposit())
        return await carry_out(RELEASE_DEPOSIT, ask, self._under_way, STRIPE_AT_FIRST, summary=summary)

    async def void_payments(self, reason: str) -> None:
        ask = VoidPayments(code=self._record.code, reason=reason, now=workflow.now())
        summary = self._summary(steps.GiveBackMoney(reason=reason))
        await by_worker(VOID_PAYMENTS, ask, self._under_way, STRIPE_UNTIL_DONE, summary=summary)

    async def settle_at_once(self, *, giving_back: ReleaseReason | None = None, anew: bool = True) -> Receipt:
        """Within the workflow task, else by a worker; nearly always enough. Begins a settlement, if `anew`.

        `giving_back`: whatever is held is released with it.
        """
        if anew:
            self._record.settlements += 1
        ask = replace(self._settlement(), giving_back=giving_back)
        summary = self._summary(steps.Settle())
        options = STRIPE_AT_FIRST if giving_back is None else GIVEN_BACK_AT_FIRST
        return await carry_out(SETTLE_RESERVATION, ask, self._under_way, options, summary=summary)

    async def settle_in_time(self) -> Receipt:
        """By a worker, with a day's patience, for when Stripe is away. Goes on with the settlement that was begun."""
        summary = self._summary(steps.Settle())
        return await by_worker(
            SETTLE_RESERVATION, self._settlement(), self._under_way, STRIPE_UNTIL_DONE, summary=summary
        )

    def _settlement(self) -> SettleReservation:
        record = self._record
        return settlement_of(record, record.progress, record.settlements, workflow.now())

    def _summary(self, step: steps.Step) -> str:
        return summary_of(self._record, step, workflow.now())
