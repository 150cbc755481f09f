"""PaymentIntents that a booking asks for, one a step: made once, declined or not, closed where they came to nothing.

Rows are committed before Stripe is called, keys derive from reservation and step, and what is done is read from Stripe.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import PaymentStillMoving
from activities.holds.fence import pass_fence
from activities.money.late_payments import keep_given_up
from activities.money.payment_intents import Declined, IntentState, NewIntent
from activities.money.payment_making import PaymentMaking
from activities.money.payment_records import PaymentRecords
from activities.money.payment_rows import payments_of
from activities.money.payment_steps import CANCELED, DECLINED, SUCCEEDED, UNPAID, payment_key
from activities.money.stripe_gateway import StripeGateway
from contracts.money import Authorisation, AuthoriseDeposit, TakeFee
from db.tables import Payment
from domain.money.amount import Money
from domain.reservation.lifecycle import DepositState


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`row_id`: of our record, where the intent is still to be written down."""

    row_id: int
    intent: IntentState


class AskedPayments:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe
        self._records = PaymentRecords(sessions, stripe)
        self._making = PaymentMaking(sessions, stripe)

    async def for_(self, ask: AuthoriseDeposit | TakeFee, *, capture: bool) -> Asked | Authorisation:
        """The intent of the step as it stands; or, where there is none any more, what the booking is answered.

        Raises ApplicationError `superseded` for what a lost attempt asks after the booking was given up.
        """
        row = await self._records.intend(
            ask.code,
            ask.step,
            ask.amount,
            ask.now,
            unless_late=partial(pass_fence, code=ask.code, version=ask.version),
        )
        if row.status == CANCELED and row.payment_intent_id is None:
            return withdrawn()
        if row.payment_intent_id is not None:
            return Asked(row_id=row.id, intent=await self._stripe.retrieve(row.payment_intent_id))
        answer = await self._create(ask, row, capture=capture)
        if isinstance(answer, Declined):
            return await self._declined(ask, answer)
        return Asked(row_id=row.id, intent=answer)

    async def _create(
        self, ask: AuthoriseDeposit | TakeFee, row: Payment, *, capture: bool
    ) -> IntentState | Declined:
        customer = ask.customer or await self._records.customer_of(ask.driver_id)
        off_session = isinstance(ask, AuthoriseDeposit) and ask.off_session
        new = NewIntent(
            code=ask.code,
            step=ask.step,
            amount=Money(row.amount_minor, row.currency),
            capture=capture,
            payment_method=ask.payment_method,
            customer=customer,
            off_session=off_session,
            keep_card=not off_session,
        )
        return await self._making.make(new, row, ask.now)

    async def _declined(self, ask: AuthoriseDeposit | TakeFee, answer: Declined) -> Authorisation:
        """Stripe leaves a declined intent open for another card; ours is decided, so it is closed."""
        await self._records.mark(ask.code, ask.step, DECLINED, ask.now, answer.payment_intent_id)
        if answer.payment_intent_id:
            await self.cancel(ask.code, ask.step, answer.payment_intent_id, ask.now)
        if answer.gone_customer is not None:
            await self._records.customer_of(ask.driver_id, gone=answer.gone_customer)
        return Authorisation(
            status=DepositState.DECLINED,
            payment_intent_id=answer.payment_intent_id,
            decline_code=answer.decline_code,
            message=answer.message,
        )

    async def close_declined(self, ask: AuthoriseDeposit | TakeFee, intent: IntentState) -> None:
        """Its card was declined before, and nobody wrote that down."""
        if _was_declined(ask, intent):
            await self.cancel(ask.code, ask.step, intent.id, ask.now)

    async def cancel(self, code: str, step: str, intent_id: str, now: datetime) -> IntentState:
        """As it is then: `canceled`, or `succeeded` where it was paid meanwhile."""
        intent = await self._stripe.cancel(intent_id, key=payment_key(code, step, "cancel"))
        if intent.status not in (CANCELED, SUCCEEDED):
            raise PaymentStillMoving(f"the {step} of {code} is {intent.status}; it cannot be released yet")
        await self._records.keep(code, step, intent, now)
        return intent

    async def give_back(self, code: str, step: str, intent_id: str, now: datetime) -> None:
        """All of what was asked for a booking that is given up; what a bank has by then is owed until it decides.

        Written down once it is back: who dies before that leaves a step that is still to be voided. Raises as
        `cancel`, StripeUnavailable and StripeRefused.
        """
        if await self._waits(code, step):
            return
        intent = await self._stripe.cancel(intent_id, key=payment_key(code, step, "cancel"))
        if intent.status not in (CANCELED, SUCCEEDED):
            raise PaymentStillMoving(f"the {step} of {code} is {intent.status}; it cannot be released yet")
        left = await self._records.left_of(code, intent)
        if left.minor > 0:
            key = payment_key(code, step, "void")
            intent = await self._stripe.refund_unless_disputed(intent, left, key=key)
        async with self._sessions.begin() as session:
            await keep_given_up(session, code, step, intent, now)

    async def _waits(self, code: str, step: str) -> bool:
        """For its bank: who is told of that decision gives it back."""
        async with self._sessions() as session:
            return any(row.step == step and row.void_reason for row in await payments_of(session, code))


def answer_of(ask: AuthoriseDeposit | TakeFee, intent: IntentState) -> Authorisation:
    if intent.status in ("requires_capture", SUCCEEDED):
        return Authorisation(
            status=DepositState.TAKEN if isinstance(ask, TakeFee) else DepositState.AUTHORISED,
            payment_intent_id=intent.id,
            payment_method=intent.payment_method,
            customer=intent.customer,
            lapses_at=intent.capture_before,
            amount=intent.amount,
        )
    if intent.status == CANCELED and intent.authorised.minor > 0:
        return Authorisation(status=DepositState.LAPSED, payment_intent_id=intent.id)
    if intent.status == CANCELED or _was_declined(ask, intent):
        return Authorisation(
            status=DepositState.DECLINED,
            payment_intent_id=intent.id,
            decline_code=intent.decline_code or "payment_canceled",
            message=intent.message or "The payment was cancelled",
        )
    return Authorisation(
        status=DepositState.ACTION_REQUIRED,
        payment_intent_id=intent.id,
        client_secret=intent.client_secret,
        amount=intent.amount,
    )


def withdrawn() -> Authorisation:
    return Authorisation(
        status=DepositState.DECLINED,
        decline_code="payment_canceled",
        message="The booking was given up before payment",
    )


def _was_declined(ask: AuthoriseDeposit | TakeFee, intent: IntentState) -> bool:
    return ask.payment_method is not None and intent.status in UNPAID and intent.decline_code is not None
