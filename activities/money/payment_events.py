"""What an event of Stripe does to our payments: they are kept in step, and know what a reservation knows already.

An event may come twice; the workflow knows events by id and asks Stripe what is true now.
"""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.money.payment_records import CANCELED, INTENDED, UNPAID
from activities.money.stripe_events import payment_event, step_of
from contracts.money import PaymentStep
from db.delivery.outbox import Delivery
from db.tables import Payment

OURS = {"authorised": "requires_capture", "canceled": CANCELED}
"""Our row says so already: the workflow's own call did it, and a signal would only cost history, or meet its end."""


class PaymentEvents:
    """Asked before a reservation is told, and told after it: what fails leaves no trace in our payments.

    Were our row brought up to date before, a second try would take the event for known.
    """

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    async def is_known(self, delivery: Delivery) -> bool:
        """Our own call did it, or no workflow waits for such a payment."""
        if step_of(delivery) != PaymentStep.DEPOSIT:
            return True
        event = payment_event(delivery)
        ours = OURS.get(event.status)
        if ours is None:
            return False
        mine = Payment.payment_intent_id == event.payment_intent_id
        async with self._sessions() as session:
            return await session.scalar(select(Payment.status).where(_row(delivery), mine)) == ours

    async def bring_up_to_date(self, delivery: Delivery) -> None:
        """Let our row know an intent whose id was lost in a crash, or that was paid in the app.

        So the reconciler finds an authorisation that outlived its workflow. Never backwards: events are unordered.
        """
        event = payment_event(delivery)
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
            case _:
                waiting = Payment.status == INTENDED
        async with self._sessions.begin() as session:
            await session.execute(
                update(Payment)
                .where(_row(delivery), same_or_unknown, waiting)
                .values(payment_intent_id=intent_id, updated_at=event.at, **values)
            )


def _row(delivery: Delivery) -> ColumnElement[bool]:
    return (Payment.reservation_code == delivery.key) & (Payment.step == step_of(delivery))
