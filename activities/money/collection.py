"""Brings what the driver has paid to what is charged: capture, release, refund, and the remainder.

It compares with Stripe's present state and moves only the difference, so it may be repeated after a crash at
any point, and a later settlement step continues from an earlier one. Where nothing is charged, an authorisation is
released without a look first: Stripe's answer to that is the look. What Stripe said last is written down with the
receipt: an attempt that dies before meets the same answers again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from activities.failures import PaymentStillMoving, StripeRefused, StripeUnavailable
from activities.money.charge import Charge, Collected
from activities.money.giving_back import GivingBack
from activities.money.payment_intents import Declined, IntentState, NewIntent
from activities.money.payment_making import PaymentMaking
from activities.money.payment_records import (
    KnownIntent,
    PaymentRecord,
    PaymentRecords,
    claimed_by,
    taken_by,
    totals_of,
)
from activities.money.payment_steps import BY_HAND, CANCELED, DECLINED, RELEASABLE, SUCCEEDED, payment_key
from activities.money.stripe_gateway import StripeGateway
from db.tables import Payment
from domain.money.amount import Money, total
from domain.money.declines import NO_CARD_TAKES, TOO_SMALL

CLOSED = frozenset({SUCCEEDED, CANCELED})


class Collection:
    def __init__(self, records: PaymentRecords, making: PaymentMaking, stripe: StripeGateway) -> None:
        self._records = records
        self._making = making
        self._stripe = stripe
        self._giving_back = GivingBack(records, stripe)

    async def collect(self, charge: Charge, rows: Sequence[Payment]) -> Collected:
        """`rows`: the reservation's payments, read when the bill was decided.

        Raises StripeUnavailable and PaymentStillMoving (repeat), StripeRefused (an operator must look), and
        ApplicationError `superseded` when a later step was decided before this one came to take anything.
        """
        look = partial(self._released, charge) if charge.amount.is_zero else None
        earlier = await self._records.as_they_are(charge.code, rows, look)
        given_back_unseen = unseen(earlier, rows)
        if given_back_unseen:
            charge = replace(charge, takes=False)
        paid = total([record.paid for record in earlier], charge.amount.currency)
        records: list[PaymentRecord] = []
        for record in reversed(earlier):  # of two holds the newer lasts longer
            closed = await self._close(charge, record, charge.due - paid)
            paid += closed.net - record.net
            records.insert(0, closed)
        if charge.due <= paid <= charge.amount or (paid < charge.due and not charge.takes):
            return _collected(charge, records, unwritten=records, given_back_unseen=given_back_unseen)
        for record in records:
            if record.intent is not None:
                await self._records.keep(charge.code, record.step, record.intent, charge.now)
        if paid > charge.amount:
            records = await self._giving_back.give_back(charge, paid - charge.amount, records)
        else:
            records += await self._take_remainder(charge, charge.due - paid, earlier)
        return _collected(charge, records, given_back_unseen=given_back_unseen)

    async def _released(self, charge: Charge, known: KnownIntent) -> IntentState:
        """The intent after what is open of it was released; as it is, when it was captured or closed before.

        A call that came back as failed may have been carried out, and under its key Stripe fails it for a day: what
        is true then decides.
        """
        if known.status not in RELEASABLE:
            return await self._stripe.retrieve(known.id)
        try:
            return await self._stripe.cancel(known.id, key=payment_key(charge.code, known.step, "cancel"))
        except StripeUnavailable:
            intent = await self._stripe.retrieve(known.id)
            if intent.status not in CLOSED:
                raise
            return intent

    async def _close(self, charge: Charge, record: PaymentRecord, missing: Money) -> PaymentRecord:
        """Capture up to `missing` from an authorisation, or release it; the record as it is then."""
        intent = record.intent
        if intent is None:
            if record.status not in (DECLINED, CANCELED) and record.step != charge.taking:
                await self._records.close_unmade(charge.code, record.step, charge.now)
            return record
        if intent.status == "requires_capture" and missing.minor > 0:
            intent = await self._capture(charge, record.step, intent, min(missing, intent.capturable))
        if not charge.takes and record.step.startswith(BY_HAND) and intent.amount == missing:
            return record
        if intent.status not in CLOSED:
            intent = await self._release(charge, record.step, intent.id)
        return replace(record, intent=intent)

    async def _capture(self, charge: Charge, step: str, intent: IntentState, amount: Money) -> IntentState:
        try:
            return await self._stripe.capture(
                intent.id, amount, key=payment_key(charge.code, step, f"capture:{charge.step}")
            )
        except StripeRefused as refusal:
            if refusal.stripe_code != TOO_SMALL:
                raise
            return intent

    async def _release(self, charge: Charge, step: str, intent_id: str) -> IntentState:
        intent = await self._stripe.cancel(intent_id, key=payment_key(charge.code, step, "cancel"))
        if intent.status not in CLOSED:
            raise PaymentStillMoving(f"the {step} of {charge.code} is {intent.status}")
        return intent

    async def _take_remainder(
        self, charge: Charge, amount: Money, earlier: list[PaymentRecord]
    ) -> list[PaymentRecord]:
        """One attempt a step, with the driver away; its record. What cannot be taken stays receivable."""
        if any(r.step == charge.taking and (r.intent or r.status == DECLINED) for r in earlier):
            return []
        customer, method = await self._card(charge, earlier)
        if method is None:
            return []
        row = await self._records.intend(
            charge.code,
            charge.taking,
            amount,
            charge.now,
            unless_late=charge.guard,
        )
        new = NewIntent(
            code=charge.code,
            step=row.step,
            amount=Money(row.amount_minor, row.currency),
            capture=True,
            payment_method=method,
            customer=customer,
            off_session=True,
        )
        return [await self._made(charge, new, row)]

    async def _made(self, charge: Charge, new: NewIntent, row: Payment) -> PaymentRecord:
        """Also of a payment that was declined; it may have left nothing at Stripe."""
        answer = await self._ask(new, row, charge.now)
        intent: IntentState | None = None
        declined, for_good = "", False
        if isinstance(answer, Declined):
            declined, for_good = answer.decline_code, answer.for_good
            await self._records.mark(charge.code, new.step, DECLINED, charge.now, answer.payment_intent_id)
            if answer.payment_intent_id is not None:
                intent = await self._release(charge, new.step, answer.payment_intent_id)
                await self._records.keep(charge.code, new.step, intent, charge.now)
        elif await self._records.keep(charge.code, new.step, answer, charge.now):
            intent = answer
        else:
            intent = await self._withdraw(charge, new.step, answer)
        status = DECLINED if intent is None else intent.status
        return PaymentRecord(
            step=new.step,
            status=status,
            amount=new.amount,
            intent=intent,
            declined=declined,
            declined_for_good=for_good,
        )

    async def _withdraw(self, charge: Charge, step: str, intent: IntentState) -> IntentState:
        """A later settlement has closed this payment while it was being made."""
        left = await self._records.left_of(charge.code, intent)
        if left.minor > 0:
            key = payment_key(charge.code, step, "void")
            intent = await self._stripe.refund_unless_disputed(intent, left, key=key)
        elif intent.net.is_zero:
            intent = await self._release(charge, step, intent.id)
        await self._records.keep_withdrawn(charge.code, step, intent, charge.now)
        return intent

    async def _ask(self, new: NewIntent, row: Payment, now: datetime) -> IntentState | Declined:
        try:
            return await self._making.make(new, row, now)
        except StripeRefused as refusal:
            if refusal.stripe_code not in NO_CARD_TAKES:
                raise
            return Declined(decline_code=refusal.stripe_code, message=refusal.message)

    async def _card(self, charge: Charge, earlier: list[PaymentRecord]) -> tuple[str | None, str | None]:
        """Customer and card: the newest deposit's, else the one of the booking, else the customer's saved card."""
        if charge.newest_card and charge.customer is not None:
            saved = await self._stripe.saved_card(charge.customer)
            if saved is not None:
                return charge.customer, saved
        for intent in (one.intent for one in reversed(earlier) if not one.step.startswith(BY_HAND)):
            if intent and intent.authorised.minor and intent.payment_method:
                return intent.customer, intent.payment_method
        if charge.payment_method or charge.customer is None:
            return charge.customer, charge.payment_method
        return charge.customer, await self._stripe.saved_card(charge.customer)


def unseen(records: Sequence[PaymentRecord], rows: Sequence[Payment]) -> bool:
    """Was more given back of a payment than is written down of it?"""
    known = {row.step: row.refunded_minor for row in rows}
    return any(record.refunded.minor > known.get(record.step, 0) for record in records)


def _collected(
    charge: Charge,
    records: list[PaymentRecord],
    unwritten: Sequence[PaymentRecord] = (),
    *,
    given_back_unseen: bool = False,
) -> Collected:
    tried = next((record for record in records if record.step == charge.taking), None)
    return Collected(
        payments=totals_of(records, charge.amount.currency),
        taken=taken_by(records),
        claimed=claimed_by(records),
        unwritten=unwritten,
        declined=tried.decline_code if tried is not None else "",
        for_good=tried.for_good if tried is not None else False,
        given_back_unseen=given_back_unseen,
    )
