"""What the workflow of a debt hears: that the debt changed, and what the provider says of payments by hand."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.money.debt_records import CHANGED
from activities.money.payment_steps import SUCCEEDED
from activities.money.stripe_events import PAID, step_of
from db.delivery.outbox import Delivery
from db.tables import Payment

KINDS = frozenset({CHANGED, PAID})


class DebtEvents:
    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    async def is_known(self, delivery: Delivery) -> bool:
        """A payment that was posted already; it may be told late, or twice."""
        if delivery.kind != PAID:
            return False
        mine = (Payment.reservation_code == delivery.key) & (Payment.step == step_of(delivery))
        async with self._sessions() as session:
            return await session.scalar(select(Payment.status).where(mine)) == SUCCEEDED
