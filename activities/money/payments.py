"""Payment activities before the stay and for compensations: authorise the deposit, void everything.

Safe to repeat after a crash at any point: rows are committed before Stripe is called, keys derive from
reservation and step, and what is done is read from Stripe, not remembered.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import StripeKeyRefused, StripeRefused, failures_translated
from activities.holds.fence import pass_fence
from activities.money.asked_payments import AskedPayments, answer_of, withdrawn
from activities.money.card_setups import CardSetups
from activities.money.dispute_losses import lost_of_void
from activities.money.failed_refunds import note_refusal, still_owed
from activities.money.ledger import keys_posted, lock_ledger
from activities.money.payment_intents import IntentState
from activities.money.payment_records import PaymentRecord, PaymentRecords, taken_by, totals_of
from activities.money.payment_rows import keep_void, payments_of, write_down
from activities.money.payment_steps import CANCELED, DECLINED, OF_DEBTS, RELEASABLE, payment_key
from activities.money.stripe_gateway import DISPUTED, StripeGateway
from activities.money.undone_refunds import refunded_now
from activities.money.void_posting import post_void, undone_because
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
from db.queries.money.returns import returned_in_all
from domain.money.accounts import Taken
from domain.money.amount import Money, total, zero
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
        """Raises PaymentStillMoving, StripeUnavailable: ask again. ApplicationError `superseded` for a lost attempt."""
        async with self._sessions.begin() as session:
            await pass_fence(session, ask.code, ask.version)
            known = {row.step for row in await payments_of(session, ask.code)}
        released = False
        for record in await self._records.all_of(ask.code):
            if record.step not in known:  # asked for since, and later
                continue
            if is_deposit(record.step) and ask.step in ("", record.step):
                held = record.intent is not None and record.intent.status == "requires_capture"
                released = released or held
                await self._void_one(ask, record)
        return released

    @implements(VOID_PAYMENTS)
    @failures_translated
    async def void_payments(self, ask: VoidPayments) -> VoidedPayments:
        """Release every authorisation, refund every capture. Totals are over the reservation's whole life.

        What a bank has taken by a dispute waits: it goes back once we win (`refund_again`), and by the bank if we lose.
        """
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
            intent = await self._void_one(ask, record)
            if intent is not None and intent.net.minor > 0 and not settled:
                await self._give_all_back(ask, record.step, intent)
        records = await self._records.all_of(ask.code)
        if not settled:
            await self._reverse_ledger(ask, taken_by(records))
        return VoidedPayments(totals=totals_of(records, records[0].amount.currency) if records else None)

    async def look_again(self, code: str, now: datetime) -> bool:
        """After news of its money: the books of what was voided as the provider has it now. Did they change?

        Raises as `void`.
        """
        async with self._sessions() as session:
            reason = await undone_because(session, code)
        if reason is None:
            return False
        taken = taken_by(await self._records.all_of(code))
        return await self._reverse_ledger(VoidPayments(code=code, reason=reason, now=now), taken)

    async def refund_again(self, code: str, now: datetime) -> bool:
        """Give back once more what of a void could not be, where that may help now. Did the books change?

        Not what went to the driver another way meanwhile. Raises as `void`.
        """
        async with self._sessions() as session:
            reason, rows = await undone_because(session, code), await payments_of(session, code)
            if reason is None or not rows or (await still_owed(session, code, rows[0].currency)).is_zero:
                return False
        records, currency = await self._records.all_of(code), rows[0].currency
        async with self._sessions.begin() as session:
            await lock_ledger(session, code)
            tries = await refunded_now(session, code, currency, now)
            # By the provider, which may be ahead of the books, as in the midst of a try that broke off.
            lost = await lost_of_void(session, code, taken_by(records))
            gone = await returned_in_all(session, code, currency) + total([*lost.values()], currency)
        owed = total([one.net for one in records], currency) - gone
        ask = VoidPayments(code=code, reason=reason, now=now)
        for record in records:
            if record.intent is None or record.intent.id not in tries:
                continue
            part = min(owed, record.net - lost.get(record.intent.id, zero(currency)))
            if part.minor > 0:
                owed -= part
                await self._try_again(ask, record.step, record.intent, part, tries[record.intent.id])
        return bool(tries) and await self._reverse_ledger(ask, taken_by(await self._records.all_of(code)))

    async def _try_again(
        self, ask: VoidPayments, step: str, intent: IntentState, amount: Money, name: str
    ) -> None:
        """What the provider refuses is not on its way: that is for people then."""
        why = ""
        try:
            refunded = await self._refund(ask, step, intent, amount, name)
        except StripeKeyRefused:
            raise
        except StripeRefused as refusal:
            why = refusal.stripe_code
        else:
            why = DISPUTED if refunded is intent else ""
        if why:
            async with self._sessions.begin() as session:
                await note_refusal(session, ask.code, name, intent.id, amount, why, ask.now)

    async def _release_before(self, ask: AuthoriseDeposit, row_id: int) -> None:
        async with self._sessions() as session:
            rows = await payments_of(session, ask.code)
        for row in rows:
            earlier = row.id < row_id and is_deposit(row.step) and row.status in RELEASABLE
            if earlier and row.payment_intent_id is not None:
                await self._asked.cancel(ask.code, row.step, row.payment_intent_id, ask.now)

    async def _void_one(
        self, ask: VoidPayments | ReleaseDeposit, record: PaymentRecord
    ) -> IntentState | None:
        """The intent, of which nothing is open any more."""
        intent = record.intent
        if intent is None:
            if record.status != DECLINED:
                await self._records.close_unmade(ask.code, record.step, ask.now)
            return None
        if intent.status not in (CANCELED, "succeeded"):
            intent = await self._asked.cancel(ask.code, record.step, intent.id, ask.now)
        await self._records.keep(ask.code, record.step, intent, ask.now)
        return intent

    async def _give_all_back(self, ask: VoidPayments, step: str, intent: IntentState) -> None:
        """But for what a bank gave back for good: that goes back once it leaves it to us after all."""
        left = await self._records.left_of(ask.code, intent)
        if left.minor > 0:
            intent = await self._refund(ask, step, intent, left, "void")
        if intent.net.minor > 0:
            async with self._sessions.begin() as session:
                await keep_void(session, ask.code, step, ask.reason)

    async def _refund(
        self, ask: VoidPayments, step: str, intent: IntentState, amount: Money, key: str
    ) -> IntentState:
        """The intent afterwards; as it was, where a bank has it."""
        asked = payment_key(ask.code, step, key)
        refunded = await self._stripe.refund_unless_disputed(intent, amount, key=asked)
        async with self._sessions.begin() as session:
            await write_down(session, ask.code, step, refunded, ask.now)
            if refunded is intent:
                await keep_void(session, ask.code, step, ask.reason)
        return refunded

    async def _reverse_ledger(self, ask: VoidPayments, still_taken: Taken) -> bool:
        async with self._sessions.begin() as session:
            return await post_void(session, ask.code, ask.reason, still_taken, ask.now)
