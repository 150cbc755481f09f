"""Our record of each PaymentIntent, kept in step with Stripe's.

A row is committed as `intended` before Stripe first hears of it, so that whatever a crash leaves at Stripe can
be found again: by its id, or by the metadata when the id never reached us.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import PaymentStillMoving
from activities.money.payment_intents import IntentState
from activities.money.payment_rows import UNLESS_THERE, keep_withdrawn, payments_of, row_of, write_down
from activities.money.payment_steps import CANCELED, DECLINED, INTENDED, SUCCEEDED, Guard
from activities.money.stripe_gateway import StripeGateway
from db.queries.disputes import intents_disputed, lost_by_intent
from db.tables import Driver, Hold, Payment
from domain.money.accounts import Taken
from domain.money.amount import Money, total, zero
from domain.money.bill import PaymentTotals

_LONGEST_STORY = timedelta(days=60)
"""From a payment's first call to the last thing that is written of it."""
_FIRST_CUSTOMER = (
    update(Driver)
    .where(Driver.id == bindparam("driver"))
    .values(
        stripe_customer=func.coalesce(
            func.nullif(Driver.stripe_customer, bindparam("gone", type_=String)), bindparam("found")
        )
    )
    .returning(Driver.stripe_customer)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIntent:
    """A row whose intent Stripe has given an id. `status`: as last written, which Stripe may have left since."""

    step: str
    status: str
    id: str


Look = Callable[[KnownIntent], Awaitable[IntentState]]
"""How to learn an intent's state at Stripe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecord:
    """One row and what Stripe says of it. `intent` None: Stripe never heard of it."""

    step: str
    status: str
    amount: Money
    intent: IntentState | None
    claimed: Money | None = None
    """What its payer got back by a dispute that was lost, and owes again."""
    declined: str = ""
    """The code of the decline that was just heard; `declined_for_good` with it."""
    declined_for_good: bool = False
    is_void: bool = False
    """It is to go back whole, as what it was for was given up, and had not when that was tried: a bank had it."""

    @property
    def decline_code(self) -> str:
        """Why it was declined, as far as that is known: it is kept at Stripe only."""
        if self.declined or self.net.minor > 0:
            return self.declined
        return (self.intent.decline_code if self.intent else None) or (
            "card_declined" if self.status == DECLINED else ""
        )

    @property
    def for_good(self) -> bool:
        """Does its issuer say not to try that card again, as far as that is known?"""
        return self.declined_for_good or (self.intent is not None and self.intent.declined_for_good)

    @property
    def net(self) -> Money:
        """What was taken by it and not given back by us, as the provider says."""
        return self.intent.net if self.intent else zero(self.amount.currency)

    @property
    def paid(self) -> Money:
        """What the driver has paid by it and not got back by anybody."""
        return self.net if self.claimed is None else self.net - self.claimed

    @property
    def released(self) -> Money:
        """Authorised once and given back uncaptured."""
        nothing = zero(self.amount.currency)
        if self.intent is None or self.intent.status not in (CANCELED, SUCCEEDED):
            return nothing
        return max(nothing, self.intent.authorised - self.intent.received)

    @property
    def refunded(self) -> Money:
        return self.intent.refunded if self.intent else zero(self.amount.currency)


def totals_of(records: list[PaymentRecord], currency: str) -> PaymentTotals:
    return PaymentTotals(
        captured=total([record.paid for record in records], currency),
        released=total([record.released for record in records], currency),
        refunded=total([record.refunded for record in records], currency),
    )


def taken_by(records: list[PaymentRecord]) -> Taken:
    """What was taken and not given back by us, by intent."""
    return {one.intent.id: one.net for one in records if one.intent is not None and not one.net.is_zero}


def claimed_by(records: list[PaymentRecord]) -> Taken:
    """Of that, what banks gave back for good and is owed again, by intent."""
    return {
        one.intent.id: one.claimed for one in records if one.intent is not None and one.claimed is not None
    }


class PaymentRecords:
    """Reads and writes `payments` rows; asks Stripe for their present state."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe

    async def intend(
        self, code: str, step: str, amount: Money, now: datetime, *, unless_late: Guard
    ) -> Payment:
        """The row of the step, committed as `intended` unless it exists. An existing row keeps its amount.

        `unless_late` runs first, in the same transaction: it raises `superseded` for a lost attempt, which must not
        intend anything any more.
        """
        async with self._sessions.begin() as session:
            await unless_late(session)
            intended = {
                "reservation_code": code,
                "step": step,
                "currency": amount.currency,
                "amount_minor": amount.minor,
                "status": INTENDED,
                "updated_at": now,
            }
            connection = await session.connection()
            await connection.execute(UNLESS_THERE, intended)
            return await row_of(session, code, step)

    async def keep(self, code: str, step: str, intent: IntentState, now: datetime) -> bool:
        """As `write_down`, in a transaction of its own."""
        async with self._sessions.begin() as session:
            return await write_down(session, code, step, intent, now)

    async def keep_withdrawn(self, code: str, step: str, intent: IntentState, now: datetime) -> None:
        """As `keep_withdrawn`, in a transaction of its own."""
        async with self._sessions.begin() as session:
            await keep_withdrawn(session, code, step, intent, now)

    async def mark(
        self, code: str, step: str, status: str, now: datetime, intent_id: str | None = None
    ) -> None:
        """Close a row whose card was declined."""
        async with self._sessions.begin() as session:
            row = await row_of(session, code, step, lock=True)
            row.status = status
            row.payment_intent_id = intent_id or row.payment_intent_id
            row.updated_at = now

    async def close_unmade(self, code: str, step: str, now: datetime) -> None:
        """Close a row of which Stripe has nothing. Raises PaymentStillMoving where something was heard of since."""
        async with self._sessions.begin() as session:
            row = await row_of(session, code, step, lock=True)
            if row.payment_intent_id is not None:
                raise PaymentStillMoving(f"the {step} of {code} was made meanwhile")
            row.status = CANCELED
            row.updated_at = now

    async def all_of(self, code: str) -> list[PaymentRecord]:
        """Every row of the reservation with Stripe's present state, oldest first."""
        async with self._sessions() as session:
            rows = await payments_of(session, code)
        return await self.as_they_are(code, rows)

    async def as_they_are(
        self, code: str, rows: Sequence[Payment], look: Look | None = None
    ) -> list[PaymentRecord]:
        """The rows with Stripe's present state. Those whose intent's id was lost in a crash are matched by metadata.

        `look`: where something else than to retrieve it tells an intent's state.
        """
        look = look or self._retrieve
        without = [row for row in rows if row.payment_intent_id is None and row.status != DECLINED]
        since = min((row.updated_at for row in without), default=None)
        lost = await self._lost(code, since) if since is not None else {}
        return [
            PaymentRecord(
                step=row.step,
                status=row.status,
                amount=Money(row.amount_minor, row.currency),
                intent=await look(KnownIntent(step=row.step, status=row.status, id=row.payment_intent_id))
                if row.payment_intent_id
                else lost.get(row.step),
                claimed=Money(row.claimed_minor, row.currency) if row.claimed_minor else None,
                is_void=bool(row.void_reason),
            )
            for row in rows
        ]

    async def disputed(self, code: str) -> set[str]:
        """Intents of the reservation that were ever disputed, as far as we have heard."""
        async with self._sessions() as session:
            return await intents_disputed(session, code)

    async def lost(self, code: str) -> Taken:
        """What banks gave back for good of its payments and nobody claims, by intent, as far as we have heard."""
        async with self._sessions() as session:
            return await lost_by_intent(session, code, unclaimed=True)

    async def left_of(self, code: str, intent: IntentState) -> Money:
        """What was taken by it, and has gone back to its payer neither by us nor for good by a bank, as far as we have
        heard: more the provider refunds nobody.
        """
        nothing = zero(intent.net.currency)
        async with self._sessions() as session:
            lost = (await lost_by_intent(session, code)).get(intent.id, nothing)
        return max(nothing, intent.net - lost) if lost.currency == nothing.currency else intent.net

    async def _lost(self, code: str, since: datetime) -> dict[str, IntentState]:
        """Stripe's intents of the reservation by step, the oldest of each. `since`: of rows that may be older."""
        async with self._sessions() as session:
            customer = await _customer_of_reservation(session, code)
        found = await self._stripe.find_intents(code, customer=customer, since=since - _LONGEST_STORY)
        return {intent.step: intent for intent in reversed(found)}

    async def _retrieve(self, known: KnownIntent) -> IntentState:
        return await self._stripe.retrieve(known.id)

    async def customer_of(self, driver_id: str, *, gone: str | None = None) -> str | None:
        """The driver's Stripe customer, made when there is none yet; None for a driver we do not know.

        `gone`: one that was deleted at Stripe, and is theirs no more.
        """
        async with self._sessions() as session:
            driver = await session.get(Driver, driver_id)
        if driver is None or driver.stripe_customer not in (None, gone):
            return driver.stripe_customer if driver else None
        # Who was erased and comes again is another one: the provider would answer with the customer that it deleted.
        whose = f"{driver_id}@{driver.created_at.isoformat()}"
        anonymous = hashlib.sha256(whose.encode()).hexdigest()
        key = f"customer:{anonymous}:{gone}" if gone else f"customer:{anonymous}"
        customer = await self._stripe.create_customer(key=key)
        async with self._sessions.begin() as session:
            connection = await session.connection()
            first: str | None = await connection.scalar(
                _FIRST_CUSTOMER, {"driver": driver_id, "found": customer, "gone": gone}
            )
            return first


async def _customer_of_reservation(session: AsyncSession, code: str) -> str | None:
    return await session.scalar(
        select(Driver.stripe_customer)
        .join(Hold, Hold.driver_id == Driver.id)
        .where(Hold.reservation_code == code)
        .limit(1)
    )
