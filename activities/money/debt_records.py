"""Our record of what a reservation still owes: changed only by whoever posts its money, in the same transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.debts import DebtStanding
from contracts.money import SettleReservation
from db.delivery.inbox import NewEvent, Recipient, record
from db.notifications import record_notice
from db.queries.debts import debt_of
from db.tables import Credit, Debt, Driver, Source, Target
from domain.facts.money_notices import DebtClaimed, DebtNeedsDriver, DebtOpened, DebtPaid
from domain.facts.notices import NoticeFact
from domain.money.amount import Money, zero
from domain.money.declines import DISPUTE_LOST, NO_CARD, NO_CARD_TAKES, DebtReason, limit_met, reason_of
from domain.settlement.debts import DebtState, WaitsFor, next_step, split, tried_at
from domain.terms.debts import DebtRules

CHANGED = "debt_changed"
"""Kind of the fact that the workflow of a debt is told."""
_OF_THE_SUM = NO_CARD_TAKES | {DISPUTE_LOST}
"""Codes that say nothing of a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a step of the reservation's money left. `declined`: the provider's code, if a card was tried in vain.

    `for_good`: its issuer says not to try it again. `collected`: by the workflow of the debt, which need not be told.
    `by_credit`: the driver is told otherwise who has paid.
    """

    ask: SettleReservation
    outstanding: Money
    now: datetime
    declined: str = ""
    for_good: bool = False
    collected: bool = False
    by_credit: bool = False
    claimed: bool = False
    """Is something of it owed again, as a bank took it back for good? No card is charged for it then."""

    @property
    def rules(self) -> DebtRules:
        return self.ask.terms.policy.debts


async def debt_after(session: AsyncSession, outcome: Outcome) -> Money:
    """Bring the debt to what is outstanding; how much of that stays written off. Under the lock of the money."""
    debt = await debt_of(session, outcome.ask.code)
    if debt is None:
        if outcome.outstanding.minor > 0:
            await _opened(session, outcome)
        return zero(outcome.outstanding.currency)
    before = Money(debt.outstanding_minor, debt.currency)
    still, forgone = split(outcome.outstanding, Money(debt.written_off_minor, debt.currency))
    debt.outstanding_minor, debt.written_off_minor = still.minor, forgone.minor
    debt.amount_minor = max(debt.amount_minor, still.minor)
    if before != still:
        changed(debt, outcome.now)
    if still.is_zero:
        await _closed(session, debt, outcome, before)
    elif before.is_zero:
        await _reopened(session, debt, outcome)
    elif outcome.declined or (before != still and _has_another_reason(debt, outcome)):
        _failed(debt, outcome)
    if before != still and not outcome.collected:
        await tell_workflow(session, debt, outcome.now)
    await session.flush()
    return forgone


async def _opened(session: AsyncSession, outcome: Outcome) -> None:
    ask, owed = outcome.ask, outcome.outstanding
    place = ask.progress.assignment
    debt = Debt(
        reservation_code=ask.code,
        driver_id=ask.driver_id,
        fleet_id=await session.scalar(select(Driver.fleet_id).where(Driver.id == ask.driver_id)),
        site_id=place.site_id if place else "",
        currency=owed.currency,
        amount_minor=owed.minor,
        outstanding_minor=owed.minor,
        written_off_minor=0,
        state=DebtState.OPEN,
        attempts=0,
        attempts_before=0,
        changes=1,
        opened_at=outcome.now,
        changed_at=outcome.now,
        waits_for="",
        reason="",
        decline_code="",
    )
    _failed(debt, outcome)
    session.add(debt)
    await tell_workflow(session, debt, outcome.now)
    await tell_of_opening(session, debt, outcome.now)
    await session.flush()


async def _reopened(session: AsyncSession, debt: Debt, outcome: Outcome) -> None:
    """More is charged than was paid or forgone: by a later step, or as a bank took something back."""
    debt.state, debt.closed_at = DebtState.OPEN, None
    debt.opened_at, debt.attempts_before, debt.decline_code = outcome.now, debt.attempts, ""
    _failed(debt, outcome)
    await tell_of_opening(session, debt, outcome.now)


async def tell_of_opening(session: AsyncSession, debt: Debt, now: datetime) -> None:
    """What is owed now, and why. Once a change."""
    owed = Money(debt.outstanding_minor, debt.currency)
    notice: NoticeFact = DebtOpened(owed=owed, why=DebtReason(debt.reason))
    if debt.reason == DebtReason.DISPUTE_LOST:
        notice = DebtClaimed(owed=owed)
    await tell_driver(session, debt, notice, now)


def _has_another_reason(debt: Debt, outcome: Outcome) -> bool:
    """Since it has changed no card takes it any more, or one does."""
    met = _whatever_the_card(debt, outcome)
    return bool(met or debt.decline_code in _OF_THE_SUM) and met != debt.decline_code


def _whatever_the_card(debt: Debt, outcome: Outcome) -> str:
    """Why it is charged to no card; empty: it may be."""
    met = limit_met(Money(debt.outstanding_minor, debt.currency))
    return met or (DISPUTE_LOST if outcome.claimed else "")


def _failed(debt: Debt, outcome: Outcome) -> None:
    before = "" if debt.decline_code in _OF_THE_SUM else debt.decline_code
    met = _whatever_the_card(debt, outcome)
    code = met or outcome.declined or before or NO_CARD
    debt.decline_code, debt.reason = code, reason_of(code, for_good=outcome.for_good)
    step = next_step(
        outcome.rules,
        DebtReason(debt.reason),
        attempts=debt.attempts - debt.attempts_before,
        failed_at=outcome.now,
        opened_at=debt.opened_at,
    )
    debt.waits_for, debt.next_at = step.waits_for, step.at


async def _closed(session: AsyncSession, debt: Debt, outcome: Outcome, before: Money) -> None:
    debt.state = DebtState.WRITTEN_OFF if debt.written_off_minor else DebtState.PAID
    if before.is_zero:
        return
    debt.waits_for, debt.next_at, debt.closed_at = "", None, outcome.now
    if outcome.collected and not outcome.by_credit:
        await tell_driver(session, debt, DebtPaid(paid=before), outcome.now)


async def attempted(session: AsyncSession, debt: Debt, outcome: Outcome, number: int) -> None:
    """Attempt `number` was made; in vain, where something is still owed."""
    if debt.attempts >= number:
        return
    debt.attempts = number
    changed(debt, outcome.now)
    if debt.state != DebtState.OPEN:
        await session.flush()
        return
    _failed(debt, outcome)
    if debt.waits_for == WaitsFor.DRIVER:
        await remind(session, debt, outcome.now)
    await session.flush()


async def remind(session: AsyncSession, debt: Debt, now: datetime) -> None:
    """It is up to the driver."""
    owed = Money(debt.outstanding_minor, debt.currency)
    await tell_driver(session, debt, DebtNeedsDriver(owed=owed, why=DebtReason(debt.reason)), now)


def changed(debt: Debt, now: datetime) -> None:
    """Before anybody is told of it. Under the lock of the money, so that no two changes have one number."""
    debt.changes += 1
    debt.changed_at = now


async def tell_workflow(session: AsyncSession, debt: Debt, now: datetime) -> None:
    """Start it, or let it look. Once a change."""
    await wake_workflow(session, debt.reservation_code, f"{debt.reservation_code}:debt:{debt.changes}", now)


async def wake_workflow(session: AsyncSession, code: str, event_id: str, now: datetime) -> None:
    """The same, for whatever `event_id` names, once."""
    fact = NewEvent(
        event_id=event_id,
        kind=CHANGED,
        subject=code,
        at=now,
        received_at=now,
        payload=b"{}",
        recipients=[Recipient(target=Target.DEBTS, key=code)],
    )
    await record(await session.connection(), Source.DEBT, [fact])


async def wake_debts(session: AsyncSession, credit: Credit, cause: str, now: datetime) -> None:
    """There is something to spend: whoever collects what its driver owes elsewhere looks. Once for each `cause`."""
    owed = select(Debt.reservation_code).where(
        Debt.driver_id == credit.driver_id,
        Debt.currency == credit.currency,
        Debt.state == DebtState.OPEN,
        Debt.reservation_code != credit.reservation_code,
    )
    for code in await session.scalars(owed.order_by(Debt.opened_at, Debt.id)):
        await wake_workflow(session, code, f"{code}:credit:{credit.id}:{cause}", now)


async def tell_driver(session: AsyncSession, debt: Debt, notice: NoticeFact, now: datetime) -> None:
    """Once a change."""
    await record_notice(
        session,
        notice,
        key=f"{debt.reservation_code}:debt:{debt.changes}:{notice.code}",
        driver_id=debt.driver_id,
        reservation_code=debt.reservation_code,
        at=now,
    )


def _looked_at(debt: Debt) -> datetime | None:
    """When its workflow has to look again."""
    if debt.next_at is None or debt.waits_for != WaitsFor.ATTEMPT:
        return debt.next_at
    return tried_at(debt.next_at, debt.link_at)


def standing_of(code: str, debt: Debt | None) -> DebtStanding:
    if debt is None:
        return DebtStanding(code=code)
    return DebtStanding(
        code=code,
        state=debt.state,
        outstanding=Money(debt.outstanding_minor, debt.currency),
        waits_for=debt.waits_for,
        next_at=_looked_at(debt),
        attempts=debt.attempts,
        reason=debt.reason,
        decline_code=debt.decline_code,
        site_id=debt.site_id,
        since=debt.opened_at,
    )
