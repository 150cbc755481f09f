"""What the provider paid out to our bank, and kept of it, in the ledger.

As with disputes an event only says that it is time to look: a payout may fail days after it was paid.
"""

from datetime import UTC, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import PaymentStillMoving, StripeRefused
from activities.money.disputes import BOOKED, GONE, NOTED, UNKNOWN
from activities.money.ledger import Posting, lock_ledger
from activities.money.movements import currencies_moved, next_step, post_movement
from activities.money.stripe_gateway import StripeGateway
from activities.money.stripe_payouts import PayoutParts, PayoutState
from db.delivery.outbox import Delivery
from domain.facts.ledger import PayoutMoved
from domain.money.movements import payout_books

_LOOKS = 5

log = structlog.get_logger()


class Payouts:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe

    async def hear(self, delivery: Delivery) -> str:
        """The outcome. Raises StripeUnavailable and PaymentStillMoving: ask again."""
        try:
            return BOOKED if await self.look(delivery.key, datetime.now(UTC)) else NOTED
        except StripeRefused as refusal:
            if refusal.stripe_code != GONE:
                raise
            return UNKNOWN

    async def look(self, payout_id: str, now: datetime) -> bool:
        """Bring the ledger to what the provider says. Did that change anything? Raises as `hear`, and StripeRefused.

        Who read before somebody else posted reads again.
        """
        for _ in range(_LOOKS):
            async with self._sessions() as session:
                before = await next_step(session, payout_id)
            payout = await self._stripe.payouts.retrieve(payout_id)
            parts = await self._stripe.payouts.parts(payout)
            async with self._sessions.begin() as session:
                await lock_ledger(session, payout_id)
                if await next_step(session, payout_id) == before:
                    return await _posted(session, payout, parts, now)
        raise PaymentStillMoving(f"payout {payout_id} changes all the time")


async def _posted(session: AsyncSession, payout: PayoutState, parts: PayoutParts, now: datetime) -> bool:
    """In a transaction for each currency: that of the balance, and those that were changed into it."""
    targets = payout_books(payout.id, payout.amount, parts.fees, parts.converted, arrived=payout.arrived)
    posted = False
    for currency in sorted({*targets, *await currencies_moved(session, payout.id)}):
        posting = Posting(
            code="",
            step=await next_step(session, payout.id),
            cause="provider",
            fact=PayoutMoved(payout=payout.id, status=payout.status),
            target=targets.get(currency, {}),
            now=now,
            provider_object=payout.id,
        )
        posted |= await post_movement(session, posting, currency)
    if posted:
        log.info("payout_booked", payout=payout.id, status=payout.status)
    return posted
