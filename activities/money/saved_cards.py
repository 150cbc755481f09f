"""Saving a card at booking, for a slot so far ahead that a hold on it would lapse.

Safe to repeat after a crash at any point, as payments are (`payments.py` beside this one).
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import failures_translated
from activities.holds.fence import pass_fence
from activities.money.card_setups import CardSetups
from activities.money.payment_intents import Declined, NewSetup, SetupState
from activities.money.payment_records import PaymentRecords
from activities.money.payment_steps import CANCELED, DECLINED, SUCCEEDED, UNPAID, payment_key
from activities.money.stripe_gateway import StripeGateway
from contracts.declaration import implements
from contracts.money import SAVE_CARD, Authorisation, PaymentStep, SaveCard
from domain.reservation.lifecycle import DepositState

_STEP = PaymentStep.SETUP


class SavedCardActivities:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._stripe = stripe
        self._setups = CardSetups(sessions, stripe)
        self._records = PaymentRecords(sessions, stripe)

    def all(self) -> list[Callable[..., Any]]:
        return [self.save_card]

    @implements(SAVE_CARD)
    @failures_translated
    async def save_card(self, ask: SaveCard) -> Authorisation:
        """Keep the driver's card of their customer. A decline is an answer, not a failure.

        Raises ApplicationError `superseded` for what a lost attempt asks after the booking was given up.
        """
        guard = partial(pass_fence, code=ask.code, version=ask.version)
        row = await self._setups.intend(ask.code, _STEP, ask.now, unless_late=guard)
        if row.status == CANCELED and row.setup_intent_id is None:
            return _withdrawn()
        if row.setup_intent_id is not None:
            setup = await self._stripe.setups.retrieve(row.setup_intent_id)
        else:
            answer = await self._create(ask)
            if isinstance(answer, Declined):
                return await self._declined(ask, answer)
            setup = answer
        if not await self._setups.keep(ask.code, _STEP, setup, ask.now):
            await self._setups.cancel(ask.code, _STEP, setup.id, ask.now)
            return _withdrawn()
        return _saved(setup)

    async def _create(self, ask: SaveCard) -> SetupState | Declined:
        customer = ask.customer or await self._records.customer_of(ask.driver_id)
        new = NewSetup(code=ask.code, step=_STEP, customer=customer, payment_method=ask.payment_method)
        return await self._stripe.setups.create(new, key=payment_key(ask.code, _STEP))

    async def _declined(self, ask: SaveCard, answer: Declined) -> Authorisation:
        """Ours is decided: what Stripe left open for another card is closed."""
        await self._setups.mark(ask.code, _STEP, DECLINED, ask.now, answer.payment_intent_id)
        if answer.payment_intent_id is not None:
            key = payment_key(ask.code, _STEP, "cancel")
            await self._stripe.setups.cancel(answer.payment_intent_id, key=key)
        if answer.gone_customer is not None:
            await self._records.customer_of(ask.driver_id, gone=answer.gone_customer)
        return Authorisation(
            status=DepositState.DECLINED, decline_code=answer.decline_code, message=answer.message
        )


def _saved(setup: SetupState) -> Authorisation:
    if setup.status == SUCCEEDED:
        return Authorisation(
            status=DepositState.CARD_SAVED, payment_method=setup.payment_method, customer=setup.customer
        )
    if setup.status in UNPAID or setup.status == "processing":
        return Authorisation(status=DepositState.ACTION_REQUIRED, client_secret=setup.client_secret)
    return Authorisation(
        status=DepositState.DECLINED,
        decline_code=setup.decline_code or "setup_canceled",
        message=setup.message or "The card was not saved",
    )


def _withdrawn() -> Authorisation:
    return Authorisation(
        status=DepositState.DECLINED,
        decline_code="setup_canceled",
        message="The booking was given up before the card was saved",
    )
