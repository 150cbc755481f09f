"""What the provider paid out to our bank, and kept of it, in the ledger.

As with disputes an event only says that it is time to look: a payout may fail days after it was paid. Deliveries of one
payout follow each other, so what was read last is what is posted last.
"""

from datetime import UTC, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import StripeRefused
from activities.money.disputes import BOOKED, GONE, NOTED, UNKNOWN
from activities.money.ledger import Posting, lock_ledger
from activities.money.movements import next_step, post_movement
from activities.money.stripe_gateway import StripeGateway
from db.delivery.outbox import Delivery
from domain.facts.ledger import PayoutMoved
from domain.money.movements import payout_books

log = structlog.get_logger()


class Payouts:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe

    async def hear(self, delivery: Delivery) -> str:
        """The outcome. Raises StripeUnavailable: ask again."""
        payout_id, now = delivery.key, datetime.now(UTC)
        try:
            payout = await self._stripe.payouts.retrieve(payout_id)
            fees = await self._stripe.payouts.fees(payout)
        except StripeRefused as refusal:
            if refusal.stripe_code != GONE:
                raise
            return UNKNOWN
        async with self._sessions.begin() as session:
            await lock_ledger(session, payout_id)
            posting = Posting(
                code="",
                step=await next_step(session, payout_id),
                cause="provider",
                fact=PayoutMoved(payout=payout_id, status=payout.status),
                target=payout_books(payout_id, payout.amount, fees, arrived=payout.arrived),
                now=now,
                provider_object=payout_id,
            )
            posted = await post_movement(session, posting)
        if posted:
            log.info("payout_booked", payout=payout_id, status=payout.status)
        return BOOKED if posted else NOTED
