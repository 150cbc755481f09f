"""Payment activities before the stay and for compensations: authorise the deposit, void everything.

Safe to repeat after a crash at any point: rows are committed before Stripe is called, keys derive from
reservation and step, and what is done is read from Stripe, not remembered.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import failures_translated
from activities.money.asked_payments import AskedPayments, answer_of, withdrawn
from activities.money.card_setups import CardSetups
from activities.money.credit_records import voided_books
from activities.money.ledger import Posting, account_posted, books_of, keys_posted, lock_ledger, post
from activities.money.payment_records import (
    CANCELED,
    DECLINED,
    OF_DEBTS,
    RELEASABLE,
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
    RELEASE_DEPOSIT,
    VOID_PAYMENTS,
    Authorisation,
    AuthoriseDeposit,
    PaymentStep,
    ReleaseDeposit,
    VoidedPayments,
    VoidPayments,
)
from domain.facts.ledger import PaymentsVoided
from domain.reservation.authorisation import is_deposit


class PaymentActivities:
    """Deposits and their undoing."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe
        self._records = PaymentRecords(sessions, stripe)
        self._setups = CardSetups(sessions, stripe)
        self._asked = AskedPayments(sessions, stripe)

    def all(self) -> list[Callable[..., Any]]:
        return [self.authorise_deposit, self.release_deposit, self.void_payments]

    @implements(AUTHORISE_DEPOSIT)
    @failures_translated
    async def authorise_deposit(self, ask: AuthoriseDeposit) -> Authorisation:
        """Hold the deposit on the driver's card. A decline is an answer, not a failure.

        What an earlier step still holds is released once this one holds it: never neither, never for long both.
        Raises ApplicationError `superseded` for what a lost attempt asks after the booking was given up.
        """
        found = await self._asked.for_(ask, capture=False)
        if isinstance(found, Authorisation):
            return found
        if not await self._records.keep(ask.code, ask.step, found.intent, ask.now):
            await self._asked.cancel(ask.code, ask.step, found.intent.id, ask.now)
            return withdrawn()
        await self._asked.close_declined(ask, found.intent)
        if found.intent.status == "requires_capture" and ask.step != PaymentStep.DEPOSIT:
            await self._release_before(ask, found.row_id)
        return answer_of(ask, found.intent)

    @implements(RELEASE_DEPOSIT)
    @failures_translated
    async def release_deposit(self, ask: ReleaseDeposit) -> bool:
        """Raises PaymentStillMoving, StripeUnavailable: ask again."""
        released = False
        for record in await self._records.all_of(ask.code):
            if is_deposit(record.step) and ask.step in ("", record.step):
                held = record.intent is not None and record.intent.status == "requires_capture"
                released = released or held
                await self._void_one(ask, record, refund=False)
        return released

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

    async def _release_before(self, ask: AuthoriseDeposit, row_id: int) -> None:
        async with self._sessions() as session:
            rows = await payments_of(session, ask.code)
        for row in rows:
            earlier = row.id < row_id and is_deposit(row.step) and row.status in RELEASABLE
            if earlier and row.payment_intent_id is not None:
                await self._asked.cancel(ask.code, row.step, row.payment_intent_id, ask.now)

    async def _void_one(
        self, ask: VoidPayments | ReleaseDeposit, record: PaymentRecord, *, refund: bool
    ) -> None:
        intent = record.intent
        if intent is None:
            if record.status != DECLINED:
                await self._records.close_unmade(ask.code, record.step, ask.now)
            return
        if intent.status not in (CANCELED, "succeeded"):
            intent = await self._asked.cancel(ask.code, record.step, intent.id, ask.now)
        if refund and intent.net.minor > 0:
            key = payment_key(ask.code, record.step, "void")
            intent = await self._stripe.refund(intent.id, intent.net, key=key)
        await self._records.keep(ask.code, record.step, intent, ask.now)

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
