"""The activities of a debt: look what was paid, try the card when that is due, post what came of it; a payment by hand.

What was paid is read from Stripe each time, never remembered, so events may come late, twice or never. A settlement
that is decided meanwhile stands: whoever works at the debt then looks again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.exceptions import ApplicationError

from activities.failures import PaymentStillMoving, failures_translated
from activities.money.charge import Charge, Collected
from activities.money.collection import Collection, unseen
from activities.money.dashboard_refunds import KNOWN, DashboardRefunds
from activities.money.debt_credits import pay_by_credits
from activities.money.debt_posting import Look, look_at, post_debt, require_unchanged
from activities.money.debt_records import changed, remind, standing_of
from activities.money.payment_links import PaymentLinks
from activities.money.payment_making import PaymentMaking
from activities.money.payment_records import PaymentRecord, PaymentRecords, claimed_by, taken_by, totals_of
from activities.money.payment_steps import CANCELED, OF_DEBTS
from activities.money.stripe_gateway import StripeGateway
from contracts.debts import (
    ASK_FOR_PAYMENT,
    COLLECT_DEBT,
    AskForPayment,
    CollectDebt,
    DebtStanding,
    PaymentAsked,
)
from contracts.declaration import SUPERSEDED, implements
from db.queries.debts import debt_of
from domain.errors import DebtClosed
from domain.facts.refused_money import NothingOwed
from domain.money.amount import Money, total
from domain.settlement.debts import DebtState, WaitsFor, tried_at

_LOOKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    number: int

    @property
    def payment(self) -> str:
        return f"{OF_DEBTS}{self.number}"


class DebtActivities:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._records = PaymentRecords(sessions, stripe)
        self._dashboard = DashboardRefunds(sessions, stripe)
        making = PaymentMaking(sessions, stripe)
        self._collection = Collection(self._records, making, stripe)
        self._links = PaymentLinks(sessions, self._records, making, stripe)

    def all(self) -> list[Callable[..., Any]]:
        return [self.collect_debt, self.ask_for_payment]

    @implements(COLLECT_DEBT)
    @failures_translated
    async def collect_debt(self, ask: CollectDebt) -> DebtStanding:
        """How the debt stands then. Repeated after a crash at any point, it goes on where it stopped.

        Raises StripeUnavailable and PaymentStillMoving (also while the bill is settled anew): ask again. StripeRefused
        is for an operator.
        """
        return await self._looked(ask.code, ask.now)

    @implements(ASK_FOR_PAYMENT)
    @failures_translated
    async def ask_for_payment(self, ask: AskForPayment) -> PaymentAsked:
        """Raises DebtClosed, DebtNotPayable; StripeUnavailable and PaymentStillMoving: ask again."""
        asked = await self._links.ask(ask)
        if asked is not None:
            return asked
        if not (await self._looked(ask.code, ask.now)).is_open:
            raise DebtClosed(NothingOwed(reservation=ask.code))
        raise PaymentStillMoving(f"a payment of {ask.code} is under way")

    async def _looked(self, code: str, now: datetime) -> DebtStanding:
        for _ in range(_LOOKS):
            async with self._sessions.begin() as session:
                look = await look_at(session, code)
            try:
                if look is not None and await self._collect(look, now):
                    continue
            except ApplicationError as failure:
                if failure.type != SUPERSEDED:
                    raise
                continue
            async with self._sessions() as session:
                return standing_of(code, await debt_of(session, code))
        raise PaymentStillMoving(f"the bill of {code} changes all the time")

    async def _collect(self, look: Look, now: datetime) -> bool:
        """True: credits have paid some of it, or may do so now; look again."""
        records = await self._records.as_they_are(look.code, look.rows)
        if unseen(records, look.rows) and await self._dashboard.look(look.code, now) != KNOWN:
            raise PaymentStillMoving(f"what was given back of {look.code} is to be settled first")
        paid = total([record.paid for record in records], look.charge.currency)
        begun = _number(look, None)
        if begun is None and paid < look.owed and await self._by_credits(look, records, now):
            return True
        attempt = _due(look, now) if paid < look.owed else None
        if attempt is not None:
            collected = await self._collection.collect(_charge(look, now, look.owed, attempt), look.rows)
        elif paid >= look.owed:
            # What was paid although it had been written off is kept; what was paid twice is given back.
            kept = min(paid, look.charge)
            collected = await self._collection.collect(_charge(look, now, kept, None), look.rows)
        else:
            tried = next((r for r in records if begun and r.step == _Attempt(number=begun).payment), None)
            collected = replace(
                _so_far(look, records),
                declined=tried.decline_code if tried is not None else "",
                for_good=tried is not None and tried.for_good,
            )
        async with self._sessions.begin() as session:
            await post_debt(session, look, collected, now, attempt=_number(look, attempt))
            await _hand_over(session, look.code, now)
        return begun is not None

    async def _by_credits(self, look: Look, records: list[PaymentRecord], now: datetime) -> bool:
        async with self._sessions.begin() as session:
            return await pay_by_credits(session, look, _so_far(look, records), now)


def _so_far(look: Look, records: list[PaymentRecord]) -> Collected:
    return Collected(
        payments=totals_of(records, look.charge.currency),
        taken=taken_by(records),
        claimed=claimed_by(records),
        unwritten=_with_intents(records),
    )


def _due(look: Look, now: datetime) -> _Attempt | None:
    debt = look.debt
    if debt.state != DebtState.OPEN or debt.waits_for != WaitsFor.ATTEMPT:
        return None
    if debt.next_at is None or tried_at(debt.next_at, debt.link_at) > now:
        return None
    voided = {row.step for row in look.rows if row.status == CANCELED}
    number = debt.attempts + 1
    while _Attempt(number=number).payment in voided:  # by a settlement that was decided in the midst of it
        number += 1
    return _Attempt(number=number)


def _number(look: Look, attempt: _Attempt | None) -> int | None:
    """Of the attempt that was made, also by somebody who died before it was posted; None: none was."""
    if attempt is not None:
        return attempt.number
    begun = _Attempt(number=look.debt.attempts + 1)
    return begun.number if any(row.step == begun.payment for row in look.rows) else None


def _charge(look: Look, now: datetime, amount: Money, attempt: _Attempt | None) -> Charge:
    return Charge(
        code=look.code,
        step=attempt.payment if attempt is not None else look.next_posting,
        amount=amount,
        payment_method=look.ask.payment_method,
        customer=look.customer,
        now=now,
        returned=look.returned,
        still=partial(require_unchanged, look=look),
        newest_card=True,
        remainder=attempt.payment if attempt is not None else "",
    )


def _with_intents(records: Sequence[PaymentRecord]) -> list[PaymentRecord]:
    return [record for record in records if record.intent is not None]


async def _hand_over(session: AsyncSession, code: str, now: datetime) -> None:
    """What waits for its driver for too long is put before a person."""
    debt = await debt_of(session, code)
    if debt is None or debt.state != DebtState.OPEN or debt.next_at is None or debt.next_at > now:
        return
    if debt.waits_for == WaitsFor.DRIVER:
        debt.waits_for, debt.next_at = WaitsFor.OPERATOR, None
        changed(debt, now)
        await remind(session, debt, now)
