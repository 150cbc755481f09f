"""The target that tells a reservation what became of its deposit at Stripe, and keeps our payments in step.

An event may come twice; the workflow knows events by id and asks Stripe what is true now.
"""

from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.money.payment_records import CANCELED, INTENDED, UNPAID
from activities.money.payments import DEPOSIT
from activities.money.stripe_events import STATUS_OF, PaymentNews, Unreadable, read
from contracts.money import PaymentEvent
from db.delivery.outbox import Delivery
from db.tables import Payment, Target

OURS = {"authorised": "requires_capture", "canceled": CANCELED}
"""Our row says so already: the workflow's own call did it, and a signal would only cost history, or meet its end."""

NOTED, NO_WORKFLOW, UNREADABLE = "noted", "no_workflow", "unreadable"

Signal = Callable[[str, PaymentEvent], Awaitable[str]]
"""Tells the reservation of this code; the outcome. What it raises says when to try again."""

log = structlog.get_logger()


class PaymentEvents:
    """A delivery.target.Target. Outcomes: those of `signal`, `noted` (nobody waits for it) and `unreadable`."""

    name = Target.RESERVATION_PAYMENT
    ready = True

    def __init__(self, sessions: async_sessionmaker[AsyncSession], signal: Signal) -> None:
        self._sessions = sessions
        self._signal = signal

    async def deliver(self, delivery: Delivery) -> str:
        """Tell it, then bring our row up to date: what fails leaves no trace in our payments."""
        try:
            news = read(delivery)
        except Unreadable as fault:
            log.error(
                "stripe_event_unreadable", event_id=delivery.event_id, type=delivery.kind, fault=str(fault)
            )
            return UNREADABLE
        if news is None:
            return NOTED
        # Signal first: were our row brought up to date before, a second try would take the event for known.
        outcome = await self._tell(delivery, news)
        async with self._sessions.begin() as session:
            await _bring_up_to_date(session, delivery, news)
        return outcome

    async def _tell(self, delivery: Delivery, news: PaymentNews) -> str:
        ours = OURS.get(news.signal.status)
        known = ours is not None and await self._status_known(news) == ours
        if news.step != DEPOSIT or known:
            return NOTED  # our own call did it: the workflow has it
        if news.code != delivery.key:
            return NO_WORKFLOW  # somebody else's metadata: no reservation has such a code
        return await self._signal(news.code, news.signal)

    async def _status_known(self, news: PaymentNews) -> str | None:
        row = (Payment.reservation_code == news.code) & (Payment.step == news.step)
        mine = Payment.payment_intent_id == news.signal.payment_intent_id
        async with self._sessions() as session:
            return await session.scalar(select(Payment.status).where(row, mine))


async def _bring_up_to_date(session: AsyncSession, event: Delivery, news: PaymentNews) -> None:
    """Let our row know an intent whose id was lost in a crash, or that was paid in the app.

    So the reconciler finds an authorisation that outlived its workflow. Never backwards: events are unordered.
    """
    intent_id = news.signal.payment_intent_id
    row = (Payment.reservation_code == news.code) & (Payment.step == news.step)
    same_or_unknown = Payment.payment_intent_id.is_(None) | (Payment.payment_intent_id == intent_id)
    waiting: ColumnElement[bool]
    values: dict[str, str] = {}
    match STATUS_OF[event.kind]:
        case "authorised":
            lost = (Payment.status == CANCELED) & Payment.payment_intent_id.is_(None)
            waiting = Payment.status.in_([INTENDED, *UNPAID]) | lost
            values["status"] = "requires_capture"
        case "canceled":
            waiting = Payment.status.in_([*UNPAID, "requires_capture"])
            values["status"] = CANCELED
        case _:
            waiting = Payment.status == INTENDED
    await session.execute(
        update(Payment)
        .where(row, same_or_unknown, waiting)
        .values(payment_intent_id=intent_id, updated_at=event.at, **values)
    )
