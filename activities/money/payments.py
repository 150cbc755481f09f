"""Payment activities before the stay and for compensations: authorise the deposit, void everything.

Safe to repeat after a crash at any point: rows are committed before Stripe is called, keys derive from
reservation and step, and what is done is read from Stripe, not remembered.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import PaymentStillMoving, failures_translated
from activities.holds.fence import pass_fence
from activities.money.card_setups import CardSetups
from activities.money.credit_records import voided_books
from activities.money.ledger import Posting, account_posted, books_of, keys_posted, lock_ledger, post
from activities.money.payment_intents import Declined, IntentState, NewIntent
from activities.money.payment_making import PaymentMaking
from activities.money.payment_records import (
    CANCELED,
    DECLINED,
    OF_DEBTS,
    RELEASABLE,
    UNPAID,
    PaymentRecord,
    PaymentRecords,
    payment_key,
    payments_of,
    totals_of,
)
from activities.money.stripe_gateway import StripeGateway
from contracts.declaration import implements
from contracts.money import (
    AUTHORISE_DEPOSIT,
    VOID_PAYMENTS,
    Authorisation,
    AuthoriseDeposit,
    PaymentStep,
    VoidedPayments,
    VoidPayments,
)
from db.tables import Payment
from domain.facts.ledger import PaymentsVoided
from domain.reservation.authorisation import is_deposit
from domain.reservation.lifecycle import DepositState


class PaymentActivities:
    """Deposits and their undoing."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe
        self._records = PaymentRecords(sessions, stripe)
        self._setups = CardSetups(sessions, stripe)
        self._making = PaymentMaking(sessions, stripe)

    def all(self) -> list[Callable[..., Any]]:
        return [self.authorise_deposit, self.void_payments]

    @implements(AUTHORISE_DEPOSIT)
    @failures_translated
    async def authorise_deposit(self, ask: AuthoriseDeposit) -> Authorisation:
        """Hold the deposit on the driver's card. A decline is an answer, not a failure.

        What an earlier step still holds is released once this one holds it: never neither, never for long both.
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
            return _withdrawn()
        if row.payment_intent_id is not None:
            intent = await self._stripe.retrieve(row.payment_intent_id)
        else:
            answer = await self._create(ask, row)
            if isinstance(answer, Declined):
                return await self._declined(ask, answer)
            intent = answer
        if not await self._records.keep(ask.code, ask.step, intent, ask.now):
            await self._cancel(ask.code, ask.step, intent.id, ask.now)
            return _withdrawn()
        if _was_declined(intent, ask):
            await self._cancel(ask.code, ask.step, intent.id, ask.now)
        if intent.status == "requires_capture" and ask.step != PaymentStep.DEPOSIT:
            await self._release_before(ask, row.id)
        return _authorisation(intent, ask)

    @implements(VOID_PAYMENTS)
    @failures_translated
    async def void_payments(self, ask: VoidPayments) -> VoidedPayments:
        """Release every authorisation, refund every capture. Totals are over the reservation's whole life."""
        return await self.void(ask)

    async def void(self, ask: VoidPayments, *, keep_what_was_settled: bool = False) -> VoidedPayments:
        """The work of `void_payments`, for other activities: raises the untranslated errors.

        `keep_what_was_settled`: when a settlement was posted, only what is still open is released.
        """
        async with self._sessions() as session:
            settled = keep_what_was_settled and await keys_posted(session, ask.code, f"{ask.code}:settle") > 0
        await self._setups.close(ask.code, ask.now)
        for record in await self._records.all_of(ask.code):
            if settled and record.step.startswith(OF_DEBTS):
                continue  # by which the driver pays what they owe
            await self._void_one(ask, record, refund=not settled)
        records = await self._records.all_of(ask.code)
        if not settled:
            await self._reverse_ledger(ask)
        return VoidedPayments(totals=totals_of(records, records[0].amount.currency) if records else None)

    async def _create(self, ask: AuthoriseDeposit, row: Payment) -> IntentState | Declined:
        customer = ask.customer or await self._records.customer_of(ask.driver_id)
        new = NewIntent(
            code=ask.code,
            step=ask.step,
            amount=ask.amount,
            capture=False,
            payment_method=ask.payment_method,
            customer=customer,
            off_session=ask.off_session,
            keep_card=not ask.off_session,
        )
        return await self._making.make(new, row, ask.now)

    async def _release_before(self, ask: AuthoriseDeposit, row_id: int) -> None:
        async with self._sessions() as session:
            rows = await payments_of(session, ask.code)
        for row in rows:
            earlier = row.id < row_id and is_deposit(row.step) and row.status in RELEASABLE
            if earlier and row.payment_intent_id is not None:
                await self._cancel(ask.code, row.step, row.payment_intent_id, ask.now)

    async def _declined(self, ask: AuthoriseDeposit, answer: Declined) -> Authorisation:
        """Stripe leaves a declined intent open for another card; ours is decided, so it is closed."""
        await self._records.mark(ask.code, ask.step, DECLINED, ask.now, answer.payment_intent_id)
        if answer.payment_intent_id:
            await self._cancel(ask.code, ask.step, answer.payment_intent_id, ask.now)
        if answer.gone_customer is not None:
            await self._records.customer_of(ask.driver_id, gone=answer.gone_customer)
        return Authorisation(
            status=DepositState.DECLINED,
            payment_intent_id=answer.payment_intent_id,
            decline_code=answer.decline_code,
            message=answer.message,
        )

    async def _void_one(self, ask: VoidPayments, record: PaymentRecord, *, refund: bool) -> None:
        intent = record.intent
        if intent is None:
            if record.status != DECLINED:
                await self._records.mark(ask.code, record.step, CANCELED, ask.now)
            return
        if intent.status not in (CANCELED, "succeeded"):
            intent = await self._cancel(ask.code, record.step, intent.id, ask.now)
        if refund and intent.net.minor > 0:
            key = payment_key(ask.code, record.step, "void")
            intent = await self._stripe.refund(intent.id, intent.net, key=key)
        await self._records.keep(ask.code, record.step, intent, ask.now)

    async def _cancel(self, code: str, step: str, intent_id: str, now: datetime) -> IntentState:
        intent = await self._stripe.cancel(intent_id, key=payment_key(code, step, "cancel"))
        if intent.status not in (CANCELED, "succeeded"):
            raise PaymentStillMoving(f"the {step} of {code} is {intent.status}; it cannot be released yet")
        await self._records.keep(code, step, intent, now)
        return intent

    async def _reverse_ledger(self, ask: VoidPayments) -> None:
        async with self._sessions.begin() as session:
            await lock_ledger(session, ask.code)
            present = await books_of(session, ask.code)
            target = await voided_books(session, ask.code, present, ask.now)
            if target == present:
                return
            earlier = await keys_posted(session, ask.code, f"{ask.code}:void")
            posting = Posting(
                code=ask.code,
                step=f"void-{earlier + 1}",
                cause=ask.reason,
                fleet_id=await account_posted(session, ask.code),
                fact=PaymentsVoided(reason=ask.reason),
                target=target,
                now=ask.now,
            )
            await post(session, posting)


def _was_declined(intent: IntentState, ask: AuthoriseDeposit) -> bool:
    return ask.payment_method is not None and intent.status in UNPAID and intent.decline_code is not None


def _authorisation(intent: IntentState, ask: AuthoriseDeposit) -> Authorisation:
    if intent.status in ("requires_capture", "succeeded"):
        return Authorisation(
            status=DepositState.AUTHORISED,
            payment_intent_id=intent.id,
            payment_method=intent.payment_method,
            customer=intent.customer,
            lapses_at=intent.capture_before,
        )
    if intent.status == CANCELED and intent.authorised.minor > 0:
        return Authorisation(status=DepositState.LAPSED, payment_intent_id=intent.id)
    if intent.status == CANCELED or _was_declined(intent, ask):
        return Authorisation(
            status=DepositState.DECLINED,
            payment_intent_id=intent.id,
            decline_code=intent.decline_code or "payment_canceled",
            message=intent.message or "The payment was cancelled",
        )
    return Authorisation(
        status=DepositState.ACTION_REQUIRED, payment_intent_id=intent.id, client_secret=intent.client_secret
    )


def _withdrawn() -> Authorisation:
    return Authorisation(
        status=DepositState.DECLINED,
        decline_code="payment_canceled",
        message="The booking was given up before payment",
    )
