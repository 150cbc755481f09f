"""Refunds made in the provider's dashboard: each an adjustment, so that no later step takes the money again.

Looked for when the provider tells of a refund, and before whatever was noticed of a reservation is settled: an event
may be lost. The settlement that follows moves nothing; it brings bill, ledger and receipt to what the provider did.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.findings import found_bug
from activities.money.adjustment_records import DASHBOARD, NewAdjustment, add, rows_of
from activities.money.failed_refunds import note_failures
from activities.money.payment_records import payments_of
from activities.money.settlement_records import decided_under_lock
from activities.money.stripe_gateway import StripeGateway
from activities.money.stripe_refunds import RefundState
from db.delivery.outbox import Delivery
from db.tables import AdjustmentRow, Payment
from domain.money.amount import Money

BOOKED = "booked"
KNOWN = "known"
UNKNOWN = "unknown"
"""Outcomes: an adjustment was added; there was none to add; the intent is none of ours."""


class DashboardRefunds:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe

    async def hear(self, delivery: Delivery) -> str:
        """The provider tells of a refund of the intent that is the delivery's key. Raises StripeUnavailable."""
        mine = Payment.payment_intent_id == delivery.key
        async with self._sessions() as session:
            code = await session.scalar(select(Payment.reservation_code).where(mine))
        if code is None:
            return UNKNOWN
        return BOOKED if await self.look(code, datetime.now(UTC)) else KNOWN

    async def look(self, code: str, now: datetime) -> bool:
        """Add what is not known of the reservation's refunds. Was there any? Raises as the gateway's calls."""
        async with self._sessions() as session:
            payments = await payments_of(session, code)
        changed = False
        for payment in payments:
            if payment.payment_intent_id is None or not payment.captured_minor:
                continue
            # By the refunds themselves, whatever the payment's row says: it may have been written down since.
            refunds = await self._stripe.refunds.of(payment.payment_intent_id)
            if refunds:
                changed = await self._note(code, payment, refunds, now) or changed
        return changed

    async def _note(self, code: str, payment: Payment, refunds: Sequence[RefundState], now: datetime) -> bool:
        changed = False
        async with self._sessions.begin() as session:
            decided = await decided_under_lock(session, code)
            known = {row.provider_object: row for row in await rows_of(session, code)}
            for new in _unknown(code, refunds, known):
                changed = await add(session, new, decided, now) is not None or changed
            standing = [refund.amount.minor for refund in refunds if not refund.has_failed]
            of_it = update(Payment).where(Payment.id == payment.id, Payment.refunded_minor != sum(standing))
            await session.execute(of_it.values(refunded_minor=sum(standing), updated_at=now))
            failed = await note_failures(session, code, payment, refunds, decided, now)
        for refund in failed:
            found_bug(
                "refund_failed", "refund_failed", reservation=code, refund=refund.id, why=refund.failure
            )
        return changed or bool(failed)


def _unknown(
    code: str, refunds: Sequence[RefundState], known: dict[str, AdjustmentRow]
) -> list[NewAdjustment]:
    """Of `refunds`, those that nobody of us asked for."""
    found = []
    for refund in refunds:
        if refund.is_ours:
            continue
        if refund.id in known and refund.has_failed:
            found.append(_of(code, refund, f"{refund.id}:failed", -refund.amount))
        elif refund.id not in known and not refund.has_failed:
            found.append(_of(code, refund, refund.id, refund.amount))
    return found


def _of(code: str, refund: RefundState, key: str, amount: Money) -> NewAdjustment:
    return NewAdjustment(
        code=code,
        key=key,
        source=DASHBOARD,
        amount=amount,
        cause=None,
        reason="",
        by="",
        provider_object=refund.id,
    )
