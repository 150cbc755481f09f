"""Refunds made in the provider's dashboard: each an adjustment, so that no later step takes the money again.

Looked for when the provider tells of a refund, and before whatever was noticed of a reservation is settled: an event
may be lost. The settlement that follows moves nothing; it brings bill, ledger and receipt to what the provider did.
What is owed to the driver already, as a refund of ours failed, is paid by such a refund first: the bill falls by the
rest.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.findings import found_bug
from activities.money.adjustment_records import NewAdjustment, add, rows_of
from activities.money.failed_refunds import note_failures, still_owed
from activities.money.payment_rows import payments_of
from activities.money.settlement_records import Decided, ask_of, decided_under_lock
from activities.money.stripe_gateway import StripeGateway
from activities.money.stripe_refunds import RefundState
from db.delivery.outbox import Delivery
from db.queries import follow_ups
from db.queries.money.credits import spent_on
from db.queries.money.returns import returned_in_all
from db.tables import AdjustmentRow, Payment
from domain.money.amount import Money
from domain.money.refunds import RefundSource

BOOKED = "booked"
KNOWN = "known"
WAITS = "waits"
UNKNOWN = "unknown"
"""Outcomes: an adjustment was added; there was none to add; a settlement has to be done first, after which it is looked
again; the intent is none of ours.
"""

_Listed = Mapping[int, Sequence[RefundState]]
"""All refunds, newest first, by the payment's row."""


class DashboardRefunds:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe

    async def hear(self, delivery: Delivery) -> str:
        """The provider tells of a refund of the intent that is the delivery's key. Raises StripeUnavailable."""
        mine = Payment.payment_intent_id == delivery.key
        async with self._sessions() as session:
            code = await session.scalar(select(Payment.reservation_code).where(mine))
        return UNKNOWN if code is None else await self.look(code, datetime.now(UTC))

    async def look(self, code: str, now: datetime) -> str:
        """Add what is not known of the reservation's refunds: the outcome. Raises as the gateway's calls."""
        async with self._sessions() as session:
            payments = await payments_of(session, code)
        listed: dict[int, Sequence[RefundState]] = {}
        for payment in payments:
            if payment.payment_intent_id is None or not payment.captured_minor:
                continue
            # By the refunds themselves, whatever the payment's row says: it may have been written down since.
            refunds = await self._stripe.refunds.of(payment.payment_intent_id)
            if refunds:
                listed[payment.id] = refunds
        return await self._note(code, listed, now) if listed else KNOWN

    async def _note(self, code: str, listed: _Listed, now: datetime) -> str:
        failed: list[RefundState] = []
        async with self._sessions.begin() as session:
            decided, rows = await decided_under_lock(session, code), await rows_of(session, code)
            news = _news(listed, rows)
            if news and decided.rows and decided.rows[-1].posted_at is None:
                # What is owed is not known while money moves, nor hidden: whoever collects sees what is not noted.
                await follow_ups.notice(session, code, now)
                return WAITS
            for new in await _adjustments(session, decided, listed, news, rows):
                await add(session, new, decided, now)
            for payment in await payments_of(session, code):
                refunds = listed.get(payment.id, ())
                if refunds:
                    await _write_down(session, payment, refunds, now)
                    failed += await note_failures(session, code, payment, refunds, decided, now)
        for refund in failed:
            found_bug(
                "refund_failed", "refund_failed", reservation=code, refund=refund.id, why=refund.failure
            )
        return BOOKED if news or failed else KNOWN


async def _write_down(
    session: AsyncSession, payment: Payment, refunds: Sequence[RefundState], now: datetime
) -> None:
    """It falls by what has failed, and by no more: of what was refunded since, `refunds` may not know."""
    failed = sum(refund.amount.minor for refund in refunds if refund.has_failed)
    standing = sum(refund.amount.minor for refund in refunds) - failed
    given_back = func.greatest(standing, Payment.refunded_minor - failed)
    of_it = update(Payment).where(Payment.id == payment.id, Payment.refunded_minor != given_back)
    await session.execute(of_it.values(refunded_minor=given_back, updated_at=now))


def _news(listed: _Listed, rows: Sequence[AdjustmentRow]) -> list[RefundState]:
    """What nobody of us asked for and is not noted yet, what failed before the rest; the oldest of a payment first."""
    keys = {row.key for row in rows}
    found = [
        refund
        for refunds in listed.values()
        for refund in reversed(refunds)
        if not refund.is_ours and _key(refund) not in keys and (refund.id in keys or not refund.has_failed)
    ]
    return sorted(found, key=lambda refund: not refund.has_failed)


async def _adjustments(
    session: AsyncSession,
    decided: Decided,
    listed: _Listed,
    news: Sequence[RefundState],
    rows: Sequence[AdjustmentRow],
) -> list[NewAdjustment]:
    """Of each the part that pays what is owed, as long as there is any, and the part by which the bill falls."""
    if not news:
        return []
    noted = {row.key: row for row in rows}
    owed = await _owed(session, decided, listed, rows)
    found = []
    for refund in news:
        if refund.has_failed:
            given = noted[refund.id]
            parts = (Money(-given.amount_minor, given.currency), Money(-given.owed_minor, given.currency))
            owed += parts[0]  # the bill will be higher by that
        else:
            of_owed = min(refund.amount, max(owed, Money(0, owed.currency)))
            parts = (refund.amount - of_owed, of_owed)
            owed -= of_owed
        found.append(_of(decided.code, refund, *parts))
    return found


async def _owed(
    session: AsyncSession, decided: Decided, listed: _Listed, rows: Sequence[AdjustmentRow]
) -> Money:
    """What was paid, without what `rows` do not know of yet, beyond the bill as they will make it; below zero: less."""
    payments = await payments_of(session, decided.code)
    keys = {row.key for row in rows}
    paid = 0
    for payment in payments:
        refunds = listed.get(payment.id)
        known = [one for one in refunds or () if not one.has_failed and (one.is_ours or one.id in keys)]
        given_back = payment.refunded_minor if refunds is None else sum(one.amount.minor for one in known)
        paid += payment.paid_minor + payment.refunded_minor - given_back
    currency = payments[0].currency
    paid -= (await returned_in_all(session, decided.code, currency)).minor
    if not decided.rows:
        return await still_owed(session, decided.code, currency)
    last = decided.rows[-1]
    ask = ask_of(last)
    if ask is not None and ask.account:
        return Money(paid, currency)
    spent = sum(one.amount.minor for one in await spent_on(session, decided.code))
    pending = sum(
        row.amount_minor
        for row in rows
        if row.source == RefundSource.DASHBOARD and row.after_settlement >= last.id
    )
    return Money(paid + spent + pending - last.charge_minor, currency)


def _key(refund: RefundState) -> str:
    return f"{refund.id}:failed" if refund.has_failed else refund.id


def _of(code: str, refund: RefundState, amount: Money, owed: Money) -> NewAdjustment:
    return NewAdjustment(
        code=code,
        key=_key(refund),
        source=RefundSource.DASHBOARD,
        amount=amount,
        owed=owed,
        cause=None,
        reason="",
        by="",
        provider_object=refund.id,
    )
