"""What the provider says of disputes: the case as it is now, and its money in the ledger.

An event only says that it is time to look. What is true is asked for, so events may come late, twice, in any order or
never together; who read before somebody else wrote reads again.
"""

from datetime import UTC, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import PaymentStillMoving, StripeRefused
from activities.money.dispute_answers import DisputeAnswers
from activities.money.dispute_claims import count_claims
from activities.money.dispute_records import (
    Whose,
    has_payments,
    paid_for,
    whose,
    write_dispute,
)
from activities.money.ledger import Posting, lock_ledger
from activities.money.movements import currencies_moved, next_step, post_movement
from activities.money.stripe_disputes import DisputeState
from activities.money.stripe_gateway import StripeGateway
from db.delivery.outbox import Delivery
from db.queries import follow_ups
from db.queries.disputes import dispute_of
from db.tables import Dispute
from domain.facts.ledger import DisputeMoved
from domain.money.movements import CaseState, dispute_books

BOOKED, NOTED, UNKNOWN = "booked", "noted", "unknown"
"""Outcomes: something changed; nothing did; the provider knows no such dispute."""
DISPUTE_DECIDED = "dispute_decided"
"""Kind of the fact that an operator has decided something."""
GONE = "resource_missing"
_LOOKS = 5

log = structlog.get_logger()


class Disputes:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe
        self._answers = DisputeAnswers(sessions, stripe)

    async def hear(self, delivery: Delivery) -> str:
        """The outcome. Raises StripeUnavailable and PaymentStillMoving: ask again."""
        now = datetime.now(UTC)
        try:
            changed = await self.look(delivery.key, now)
            if await self._answers.answer(delivery.key, now):
                await self.look(delivery.key, now)
                changed = True
        except StripeRefused as refusal:
            if refusal.stripe_code != GONE:
                raise
            return UNKNOWN
        return BOOKED if changed else NOTED

    async def look(self, dispute_id: str, now: datetime) -> bool:
        """Bring our record and the ledger to what the provider says. Did that change anything?

        Raises as `hear`, and StripeRefused.
        """
        for _ in range(_LOOKS):
            async with self._sessions() as session:
                before = await dispute_of(session, dispute_id)
            state = await self._stripe.disputes.retrieve(dispute_id)
            code = before.reservation_code if before is not None else ""
            code = code or await self._paid_for(state.payment_intent_id)
            async with self._sessions.begin() as session:
                await lock_ledger(session, dispute_id)
                row = await dispute_of(session, dispute_id)
                if _changes(row) == _changes(before):
                    return await _kept(session, row, state, await whose(session, code), now)
        raise PaymentStillMoving(f"dispute {dispute_id} changes all the time")

    async def _paid_for(self, intent_id: str | None) -> str:
        """Of a payment whose id was lost in a crash its metadata tells."""
        if intent_id is None:
            return ""
        async with self._sessions() as session:
            code = await paid_for(session, intent_id)
        if code:
            return code
        try:
            code = (await self._stripe.retrieve(intent_id)).code
        except StripeRefused as refusal:
            if refusal.stripe_code != GONE:
                raise
            return ""
        async with self._sessions() as session:
            return code if code and await has_payments(session, code) else ""


async def _kept(
    session: AsyncSession, row: Dispute | None, state: DisputeState, of: Whose, now: datetime
) -> bool:
    kept = write_dispute(row, state, of, now)
    if kept is not None:
        session.add(kept)
        await session.flush()
        await count_claims(session, kept, now)
        if of.code and state.case != CaseState.OPEN:
            await follow_ups.notice(session, of.code, now)  # what waited for it, or could not be given back
        log.info("dispute_changed", dispute=state.id, status=state.status, reservation=of.code)
        if row is None and not of.code:
            log.warning("dispute_of_unknown_payment", dispute=state.id, charge=state.charge_id)
    return await _posted(session, state, of, now) or kept is not None


async def _posted(session: AsyncSession, state: DisputeState, of: Whose, now: datetime) -> bool:
    """In a transaction for each currency: that of the payment, and of the balance that the fee is kept from."""
    targets = dispute_books(state.id, state.movements, state.case)
    posted = False
    for currency in sorted({*targets, *await currencies_moved(session, state.id)}):
        posting = Posting(
            code=of.code,
            step=await next_step(session, state.id),
            driver_id=of.driver_id,
            cause="driver",
            fact=DisputeMoved(dispute=state.id, state=state.case),
            target=targets.get(currency, {}),
            now=now,
            provider_object=state.id,
        )
        posted |= await post_movement(session, posting, currency)
    return posted


def _changes(row: Dispute | None) -> int:
    return row.changes if row is not None else 0
