"""What an event of Stripe does to our payments: they are kept in step, and know what a reservation knows already.

An event may come twice; the workflow knows events by id and asks Stripe what is true now.
"""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.money.asked_payments import AskedPayments
from activities.money.payment_steps import CANCELED, DECLINED, INTENDED, SUCCEEDED, UNPAID
from activities.money.stripe_events import is_of_setup, payment_event, step_of
from activities.money.stripe_gateway import StripeGateway
from contracts.money import PaymentEvent
from db.delivery.outbox import Delivery
from db.tables import CardSetup, Payment
from domain.reservation.authorisation import is_deposit, is_fee

OURS = {
    "authorised": ["requires_capture"],
    "taken": [SUCCEEDED],
    "card_saved": [SUCCEEDED],
    "failed": [DECLINED],
    "canceled": [CANCELED, DECLINED],
}
"""Our row says so already: the workflow's own call did it, and a signal would only cost history, or meet its end."""


class PaymentEvents:
    """Asked before a reservation is told, and told after it: what fails leaves no trace in our payments.

    Were our row brought up to date before, a second try would take the event for known.
    """

    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._asked = AskedPayments(sessions, stripe)

    async def is_known(self, delivery: Delivery) -> bool:
        """Our own call did it, or no workflow waits for such a payment."""
        event = payment_event(delivery)
        if is_of_setup(delivery):
            mine = select(CardSetup.status).where(
                _setup(delivery), CardSetup.setup_intent_id == event.payment_intent_id
            )
        elif is_deposit(step_of(delivery)) or is_fee(step_of(delivery)):
            mine = select(Payment.status).where(
                _row(delivery), Payment.payment_intent_id == event.payment_intent_id
            )
        else:
            return True
        async with self._sessions() as session:
            return await session.scalar(mine) in OURS[event.status]

    async def bring_up_to_date(self, delivery: Delivery) -> None:
        """Let our row know an intent whose id was lost in a crash, or that was paid in the app.

        So the reconciler finds an authorisation that outlived its workflow. Never backwards: events are unordered.
        A fee that was taken of a booking that had been given up goes back: raises StripeUnavailable and
        PaymentStillMoving (repeat), and StripeRefused.
        """
        event = payment_event(delivery)
        if is_of_setup(delivery):
            await self._setup_up_to_date(delivery, event)
            return
        intent_id = event.payment_intent_id
        same_or_unknown = Payment.payment_intent_id.is_(None) | (Payment.payment_intent_id == intent_id)
        waiting: ColumnElement[bool]
        values: dict[str, str] = {}
        match event.status:
            case "authorised":
                lost = (Payment.status == CANCELED) & Payment.payment_intent_id.is_(None)
                waiting = Payment.status.in_([INTENDED, *UNPAID]) | lost
                values["status"] = "requires_capture"
            case "canceled":
                waiting = Payment.status.in_([*UNPAID, "requires_capture"])
                values["status"] = CANCELED
            case "taken":
                waiting = Payment.status.in_([INTENDED, CANCELED])
            case _:
                waiting = Payment.status == INTENDED
        async with self._sessions.begin() as session:
            status = await session.scalar(
                update(Payment)
                .where(_row(delivery), same_or_unknown, waiting)
                .values(payment_intent_id=intent_id, updated_at=event.at, **values)
                .returning(Payment.status)
            )
        if event.status == "taken" and status == CANCELED:
            # Taken of a booking that had been given up: who gave it up had found nothing at the provider yet.
            await self._asked.give_back(delivery.key, step_of(delivery), intent_id, event.at)

    async def _setup_up_to_date(self, delivery: Delivery, event: PaymentEvent) -> None:
        setup_id, values = event.payment_intent_id, {"setup_intent_id": event.payment_intent_id}
        same_or_unknown = CardSetup.setup_intent_id.is_(None) | (CardSetup.setup_intent_id == setup_id)
        match event.status:
            case "card_saved" if event.payment_method:
                values |= {"status": SUCCEEDED, "payment_method": event.payment_method}
            case "canceled":
                values |= {"status": CANCELED}
        async with self._sessions.begin() as session:
            await session.execute(
                update(CardSetup)
                .where(_setup(delivery), same_or_unknown, CardSetup.status.in_([INTENDED, *UNPAID]))
                .values(updated_at=event.at, **values)
            )


def _setup(delivery: Delivery) -> ColumnElement[bool]:
    return (CardSetup.reservation_code == delivery.key) & (CardSetup.step == step_of(delivery))


def _row(delivery: Delivery) -> ColumnElement[bool]:
    return (Payment.reservation_code == delivery.key) & (Payment.step == step_of(delivery))
