"""Settles what comes after a settlement: late stops and readings, sessions that turned up, and what was given back.

Run on a schedule, of closed reservations only, so that no workflow settles at the same time. A follow-up is one more
step (`follow-up-1`…, `refund-1`…), decided once and kept before money moves like any other; the driver is told, and it
is audited.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.failures import failures_translated
from activities.findings import found_bug
from activities.money.adjustment_records import adjustments_in, rows_of
from activities.money.dashboard_refunds import WAITS, DashboardRefunds
from activities.money.dispute_claims import claims_are_settled
from activities.money.dispute_losses import is_unsettled
from activities.money.failed_refunds import AGAIN, may_try_again
from activities.money.late_payments import is_unposted
from activities.money.metered_sessions import legs_of
from activities.money.overdue_debts import wake_overdue
from activities.money.payments import PaymentActivities
from activities.money.settlement import SettlementActivities
from activities.money.settlement_records import (
    FOLLOW_UP,
    REFUND,
    Decided,
    ask_of,
    bill_of,
    decided_under_lock,
    keep_bill,
    receipt_of,
)
from activities.money.stripe_gateway import StripeGateway
from contracts.declaration import implements
from contracts.money import SettleReservation
from contracts.reconciliation import SETTLE_FOLLOW_UPS, FollowUpReport
from db.audit import record_audited
from db.notifications import record_notice
from db.queries import follow_ups
from db.queries.disputes import is_with_the_bank, was_decided
from db.queries.shown import lately_closed
from domain.facts.audit import AuditFact, FollowUpSettled
from domain.facts.audit_money import RefundSettled, RefundTriedAgain
from domain.facts.money_notices import BillLowered, BillRaised, Invoiced, Refunded
from domain.facts.notices import NoticeFact
from domain.money.amount import Money, zero
from domain.money.bill import Bill, Receipt
from domain.money.refunds import RefundSource
from domain.settlement.adjustments import adjusted, unadjusted
from domain.settlement.evidence import evidence_of
from domain.settlement.follow_up import follow_up_bill

AT_MOST = 200
"""In one run, of each of the two sources; the next one goes on."""

_STEPS = 4
"""Of one reservation in one run: one that was begun, and what came since."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Told:
    """A follow-up that is posted, and what stood before it."""

    ask: SettleReservation
    before: Receipt
    after: Receipt


class FollowUpActivities:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._settlement = SettlementActivities(sessions, stripe)
        self._dashboard = DashboardRefunds(sessions, stripe)
        self._payments = PaymentActivities(sessions, stripe)

    def all(self) -> list[Callable[..., Any]]:
        return [self.settle_follow_ups]

    @implements(SETTLE_FOLLOW_UPS)
    async def settle_follow_ups(self, closed_within_seconds: int) -> FollowUpReport:
        """Those that were noticed, and as a last net those that closed lately. Reads the clock itself.

        What fails stays noticed, and is tried again by the next run.
        """
        now = datetime.now(UTC)
        async with self._sessions() as session:
            noticed = await follow_ups.due(session, at_most=AT_MOST)
            since = now - timedelta(seconds=closed_within_seconds)
            closed = await lately_closed(session, since=since, at_most=AT_MOST)
        report = FollowUpReport()
        for code in [*noticed, *(code for code in closed if code not in noticed)]:
            if activity.in_activity():
                activity.heartbeat()
            await self._unless_broken(code, noticed.get(code), now, report)
        woken = await wake_overdue(self._sessions, now)
        if woken:
            log.warning("debts_woken", reservations=woken)
        return report

    async def _unless_broken(
        self, code: str, noticed_at: datetime | None, now: datetime, report: FollowUpReport
    ) -> None:
        try:
            if await self.settle_one(code, now, noticed_at=noticed_at):
                report.settled.append(code)
        except Exception as error:  # noqa: BLE001 - told and counted; the others must not wait for it
            if isinstance(error, ApplicationError) and not error.non_retryable:
                log.warning("follow_up_put_off", reservation=code, error=repr(error))
            else:
                found_bug("follow_up_failed", "follow_up_failed", reservation=code, error=repr(error))
            report.failed.append(code)
            async with self._sessions.begin() as session:
                await follow_ups.notice(session, code, now)

    @failures_translated
    async def settle_one(self, code: str, now: datetime, *, noticed_at: datetime | None = None) -> bool:
        """Settle the difference, if there is any, and tell of it. Was there any?

        While a bank has its money it waits: nothing of it can be given back; but not with what has moved already, which
        lets one step through and not what comes to light beside it.
        Raises ApplicationError like `settle_reservation`. Repeated after a crash, it goes on where it stopped.
        """
        looks = noticed_at is not None
        settled = looks and await self._payments.look_again(code, now)
        for _ in range(_STEPS):
            async with self._sessions.begin() as session:
                if await _waits(session, code):
                    await follow_ups.put_off(session, code, until=now)
                    return settled
            looks = looks and await self._dashboard.look(code, now) == WAITS
            async with self._sessions.begin() as session:
                ask = await _next_step(session, code, now)
            if ask is not None:
                await self._settlement.settle_reservation(ask)
            async with self._sessions.begin() as session:
                decided = await decided_under_lock(session, code)
                told = await _posted(session, decided)
                is_new = told is not None and await _tell(session, told)
            if told is not None and is_new:
                log.info("follow_up_settled", reservation=code, step=told.ask.step)
            settled = settled or is_new
            if ask is None:
                break
        settled = await self._payments.refund_again(code, now) or settled
        if noticed_at is not None and ask is None:
            async with self._sessions.begin() as session:
                if looks or _is_under_way(decided):
                    await follow_ups.put_off(session, code, until=now)
                else:
                    await follow_ups.forget(session, code, up_to=noticed_at)
        return settled


async def _waits(session: AsyncSession, code: str) -> bool:
    return await is_with_the_bank(session, code) and not await _has_begun(session, code)


async def _has_begun(session: AsyncSession, code: str) -> bool:
    """Is there a step whose money may have moved, or money that moved otherwise and the books do not have?"""
    decided = await decided_under_lock(session, code)
    if not decided.rows or _is_under_way(decided):
        return decided.is_followed_up
    if await is_unposted(session, code):
        return True
    moved = [row for row in await rows_of(session, code) if row.source == RefundSource.DASHBOARD]
    return any(row.after_settlement >= decided.rows[-1].id for row in moved)


def _is_under_way(decided: Decided) -> bool:
    """Its bill is decided, without what was noticed since maybe."""
    return bool(decided.rows) and decided.rows[-1].posted_at is None


async def _next_step(session: AsyncSession, code: str, now: datetime) -> SettleReservation | None:
    """The step to settle: one that was begun, or a new one if the story costs something else now; kept, if new."""
    decided = await decided_under_lock(session, code)
    standing, last = decided.standing, decided.rows[-1] if decided.rows else None
    if standing is None or last is None:
        return None
    ask, before = ask_of(last), await bill_of(session, last)
    if last.posted_at is None:
        # The workflow's own, which has failed, waits for an operator.
        return ask if decided.is_followed_up else None
    if ask is None or before is None:
        return None
    legs = await legs_of(session, code, ask.terms)
    tariff, given_back = ask.terms.tariff, await rows_of(session, code)
    cost = follow_up_bill(unadjusted(before, tariff), ask.progress, ask.terms, legs, standing.around)
    bill = adjusted(cost, adjustments_in(given_back), tariff)
    kind = REFUND if any(row.after_settlement >= last.id for row in given_back) else FOLLOW_UP
    # Also what came to nothing (it failed at once) is settled: a debt waits until nothing is left of it.
    is_same = _figures(bill) == _figures(before) and kind == FOLLOW_UP
    is_done = is_same and await claims_are_settled(session, code) and not await is_unposted(session, code)
    if is_done and not await _has_come_back(session, decided):
        if not await may_try_again(session, decided):
            return None
        kind = AGAIN
    step = decided.next_of(kind)
    again = replace(ask, step=step, now=max(now, last.priced_at), giving_back=None)
    await keep_bill(session, again, bill, standing.around, evidence_of(legs))
    return again


async def _has_come_back(session: AsyncSession, decided: Decided) -> bool:
    """Can be given back now what could not while a bank had it, or is it settled as the bank gave it back? Tried once:
    the step that tries is younger, and leaves nothing that a loss could settle.
    """
    last = decided.rows[-1]
    posted = await receipt_of(session, last)
    if posted is None or posted.outstanding.minor >= 0:
        return False
    since = await was_decided(session, decided.code, since=last.priced_at)
    return since or await is_unsettled(session, decided.code)


def _figures(bill: Bill) -> tuple[int, int, int]:
    return bill.charge.minor, bill.credit.minor, bill.energy_wh


async def _posted(session: AsyncSession, decided: Decided) -> Told | None:
    if not decided.is_followed_up:
        return None
    before, last = decided.rows[-2:]
    ask, earlier, later = ask_of(last), await receipt_of(session, before), await receipt_of(session, last)
    if ask is None or earlier is None or later is None:
        return None
    return Told(ask, earlier, later)


async def _tell(session: AsyncSession, told: Told) -> bool:
    """Once a follow-up: operators always, the driver when it costs something else. False: it was told before."""
    ask, before, after = told.ask, told.before.bill, told.after.bill
    fact: AuditFact = FollowUpSettled(before=before.charge, charged=after.charge, energy_wh=after.energy_wh)
    if ask.step.startswith(AGAIN):
        fact = RefundTriedAgain(charged=after.charge)
    elif ask.step.startswith(REFUND):
        fact = RefundSettled(before=before.charge, charged=after.charge)
    key = f"{ask.code}:{ask.step}"
    is_new = await record_audited(session, fact, key=key, actor="system", subject=ask.code, at=ask.now)
    notice = _notice(told)
    if notice is not None:
        await record_notice(
            session, notice, key=key, driver_id=ask.driver_id, reservation_code=ask.code, at=ask.now
        )
    return is_new is not None


def _notice(told: Told) -> NoticeFact | None:
    before, after = told.before, told.after
    if after.account:
        charged, credit = after.bill.charge, after.bill.credit
        same = after.invoiced == before.invoiced
        return None if same else Invoiced(charged=charged, credit=credit)
    if after.bill.charge < before.bill.charge:
        # Not what a bank gave back: that has settled it, or is claimed.
        given_back = max(zero(after.bill.charge.currency), after.payments.refunded - before.payments.refunded)
        if told.ask.step.startswith(REFUND):
            # What was refunded in the dashboard has gone back already.
            lowered = before.bill.charge - after.bill.charge - _not_by_us(before, after)
            if lowered.minor > 0:
                return Refunded(charged=after.bill.charge, given_back=lowered)
        return BillLowered(charged=after.bill.charge, given_back=given_back)
    if after.bill.charge > before.bill.charge:
        return BillRaised(charged=after.bill.charge, more=after.bill.charge - before.bill.charge)
    return None


def _not_by_us(before: Receipt, after: Receipt) -> Money:
    """Of a bill that fell, what a bank has given back for good, and what could not go back and is owed now."""
    nothing = zero(after.bill.charge.currency)
    kept = before.payments.captured + before.payments.refunded
    lost = max(nothing, kept - after.payments.captured - after.payments.refunded)
    owed = max(nothing, -after.outstanding) - max(nothing, -before.outstanding)
    return lost + max(nothing, owed)
