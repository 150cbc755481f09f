"""Making a PaymentIntent once, whatever Stripe remembers under its key.

A failure is remembered for a day, and an answer no longer: before that a repeated call meets itself, after it it would
be another. So who comes late looks first, and a next key is used only after a look at every intent there is has shown
that nothing came of the one before; which key that is was committed by then.
"""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import StripeRefused, StripeUnavailable
from activities.money.payment_intents import Declined, IntentState, NewIntent
from activities.money.payment_steps import UNPAID, payment_key
from activities.money.stripe_answers import AGAIN
from activities.money.stripe_gateway import StripeGateway
from db.tables import Payment

KEYS_LIVE = timedelta(hours=23)
"""A day at Stripe, less what clocks differ."""
_BEFORE = timedelta(days=1)
"""So much earlier than our row says an intent may have been made."""
ANOTHER_REQUEST = "idempotency_error"
"""Stripe's code: something else was asked under the key (another card, since), and it has an answer."""


class PaymentMaking:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe

    async def make(self, new: NewIntent, row: Payment, now: datetime) -> IntentState | Declined:
        """The intent of `row`, which is committed and has none yet.

        Raises StripeUnavailable, also where the next attempt has another key, and StripeRefused.
        """
        if now - row.updated_at > KEYS_LIVE:
            found = await self._found(new, row)
            if found is not None:
                return found
        key = payment_key(new.code, new.step)
        try:
            return await self._stripe.create_intent(new, key=_numbered(key, row.generation))
        except StripeUnavailable as failure:
            if not failure.remembered:
                raise
            message = str(failure)
        except StripeRefused as refusal:
            if refusal.stripe_code != ANOTHER_REQUEST:
                raise
            message = refusal.message
        found = await self._found(new, row)
        if found is None:
            await self._next_key(row)
            raise StripeUnavailable(message, remembered=True)
        return found

    async def _found(self, new: NewIntent, row: Payment) -> IntentState | Declined | None:
        """What came of it, among all of the customer's since shortly before."""
        since = row.updated_at - _BEFORE
        found = await self._stripe.find_intents(new.code, customer=new.customer, since=since)
        mine = [intent for intent in found if intent.step == new.step]
        if not mine:
            return None
        intent = mine[-1]
        if new.payment_method is None or intent.status not in UNPAID or intent.decline_code is None:
            return intent
        return Declined(
            decline_code=intent.decline_code,
            message=intent.message,
            payment_intent_id=intent.id,
            for_good=intent.declined_for_good,
        )

    async def _next_key(self, row: Payment) -> None:
        async with self._sessions.begin() as session:
            await session.execute(
                update(Payment)
                .where(Payment.id == row.id, Payment.generation == row.generation)
                .values(generation=row.generation + 1)
            )


def _numbered(key: str, generation: int) -> str:
    return f"{key}{AGAIN}{generation}" if generation else key
