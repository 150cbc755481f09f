"""What became of the payments of a reservation."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Payment, PaymentMoment
from domain.money.amount import Money
from domain.money.payment_story import Moment, PaymentStory, story_of


class PaymentTold(NamedTuple):
    payment: Payment
    story: PaymentStory


async def payments_told(session: AsyncSession, code: str) -> list[PaymentTold]:
    """In the order in which they were begun."""
    rows = await session.execute(
        select(Payment, PaymentMoment)
        .join(PaymentMoment, PaymentMoment.payment_id == Payment.id)
        .where(Payment.reservation_code == code)
        .order_by(Payment.id, PaymentMoment.id)
    )
    moments: dict[int, list[Moment]] = {}
    payments: dict[int, Payment] = {}
    for payment, moment in rows:
        payments[payment.id] = payment
        moments.setdefault(payment.id, []).append(
            Moment(
                at=moment.at,
                status=moment.status,
                amount=Money(moment.amount_minor, payment.currency),
                captured=Money(moment.captured_minor, payment.currency),
                refunded=Money(moment.refunded_minor, payment.currency),
            )
        )
    return [PaymentTold(payment, story_of(moments[number])) for number, payment in payments.items()]
