"""A debt paid by hand: a PaymentIntent with the driver present, the same one while nothing has changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import PaymentStillMoving, StripeRefused
from activities.money.debt_posting import Look, look_at
from activities.money.payment_intents import Declined, IntentState, NewIntent
from activities.money.payment_making import PaymentMaking
from activities.money.payment_records import PaymentRecords
from activities.money.payment_steps import BY_HAND, CANCELED, INTENDED, UNPAID, payment_key
from activities.money.stripe_gateway import StripeGateway
from contracts.debts import AskForPayment, PaymentAsked
from db.tables import Debt, Payment
from domain.errors import DebtClosed, DebtNotPayable
from domain.facts.refused_money import NotByCard, NothingOwed
from domain.money.amount import Money, total
from domain.money.declines import NO_CARD_TAKES
from domain.settlement.debts import DebtState


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """`stale`: open ones of another amount, to be closed first."""

    row: Payment
    stale: tuple[tuple[str, str], ...] = ()


class PaymentLinks:
    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        records: PaymentRecords,
        making: PaymentMaking,
        stripe: StripeGateway,
    ) -> None:
        self._sessions = sessions
        self._records = records
        self._making = making
        self._stripe = stripe

    async def ask(self, ask: AskForPayment) -> PaymentAsked | None:
        """None: it is paid, and nobody has looked since. Raises DebtClosed, DebtNotPayable, StripeUnavailable,
        PaymentStillMoving."""
        async with self._sessions.begin() as session:
            look = await look_at(session, ask.code)
            if look is None or look.debt.state != DebtState.OPEN:
                raise DebtClosed(NothingOwed(reservation=ask.code))
            owed = look.owed - total([_paid(row) for row in look.rows], look.owed.currency)
            if owed.minor <= 0:
                return None
            link = await _link(session, look, owed, ask.now)
        for step, intent_id in link.stale:
            await self._close(ask, step, intent_id)
        intent = await self._intent(link, ask, look)
        if intent.status not in UNPAID or intent.client_secret is None:
            return None
        return PaymentAsked(
            code=ask.code,
            amount=Money(link.row.amount_minor, link.row.currency),
            payment_intent_id=intent.id,
            client_secret=intent.client_secret,
        )

    async def _intent(self, link: _Link, ask: AskForPayment, look: Look) -> IntentState:
        row = link.row
        if row.payment_intent_id is not None:
            return await self._stripe.retrieve(row.payment_intent_id)
        made = await self._made(row, ask, look.customer)
        if isinstance(made, Declined):
            # Nothing comes of it under its key: who asks again begins another.
            await self._records.mark(ask.code, row.step, CANCELED, ask.now)
            await self._records.customer_of(look.debt.driver_id, gone=made.gone_customer)
            raise PaymentStillMoving(f"the customer of {ask.code} is another one now")
        if not await self._records.keep(ask.code, row.step, made, ask.now):
            await self._close(ask, row.step, made.id)
            raise PaymentStillMoving(f"{ask.code} is being settled anew")
        return made

    async def _made(self, row: Payment, ask: AskForPayment, customer: str | None) -> IntentState | Declined:
        """Declined: without a card, that is for its customer."""
        amount = Money(row.amount_minor, row.currency)
        new = NewIntent(code=ask.code, step=row.step, amount=amount, capture=True, customer=customer)
        try:
            return await self._making.make(new, row, ask.now)
        except StripeRefused as refusal:
            if refusal.stripe_code not in NO_CARD_TAKES:
                raise
            raise DebtNotPayable(NotByCard()) from refusal

    async def _close(self, ask: AskForPayment, step: str, intent_id: str) -> None:
        intent = await self._stripe.cancel(intent_id, key=payment_key(ask.code, step, "cancel"))
        await self._records.keep(ask.code, step, intent, ask.now)


def _paid(row: Payment) -> Money:
    """Also what was written down, and is not posted yet."""
    return Money(row.paid_minor, row.currency)


async def _link(session: AsyncSession, look: Look, owed: Money, now: datetime) -> _Link:
    links = [row for row in look.rows if row.step.startswith(BY_HAND)]
    waiting = [row for row in links if row.status in (INTENDED, *UNPAID)]
    look.debt.link_at = now
    same = next((row for row in waiting if row.amount_minor == owed.minor), None)
    row = same or _new(session, look.debt, owed, f"{BY_HAND}{len(links) + 1}", now)
    stale = tuple(
        (old.step, old.payment_intent_id) for old in waiting if old is not row and old.payment_intent_id
    )
    await session.flush()
    return _Link(row=row, stale=stale)


def _new(session: AsyncSession, debt: Debt, owed: Money, step: str, now: datetime) -> Payment:
    row = Payment(
        reservation_code=debt.reservation_code,
        step=step,
        currency=debt.currency,
        amount_minor=owed.minor,
        status=INTENDED,
        updated_at=now,
    )
    session.add(row)
    return row
