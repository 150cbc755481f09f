"""Gives back what a reservation without a workflow still has: its connector, its money, its place in the lists."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

import structlog
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities.asking import asking
from activities.failures import PaymentStillMoving, StripeRefused, StripeUnavailable
from activities.findings import found_bug
from activities.money.payments import PaymentActivities
from activities.money.stripe_gateway import StripeGateway
from activities.people.projection import columns_of, show, view_from_document, view_to_document
from activities.reconciliation.settling import Attempt, Ended, Settling
from contracts.money import VoidPayments
from contracts.publication import Publication, TimelineEntry
from contracts.reconciliation import Unsettled
from db.audit import record_audited
from db.engine import Sessions
from db.notifications import record_notice
from db.queries import orphans
from db.queries.releasing import release
from db.tables import ReservationRow
from domain.causes import Cause
from domain.facts.audit import OrphanReleased
from domain.facts.notices import EndedByFailure
from domain.facts.stay import Cancelled
from domain.money.bill import PaymentTotals
from domain.reservation.lifecycle import FINAL, DepositState, State
from domain.reservation.release import ReleaseReason
from domain.settlement.promise_kept import promise_kept
from domain.settlement.told import settled_fact

ORPHANED = ReleaseReason.ORPHANED.value
_OVER = FINAL - {State.NO_SHOW}
"""After a no-show the driver may still come."""

_NOT_PROMISED = (State.REQUESTED, State.AWAITING_PAYMENT)

log = structlog.get_logger()


class Freed(StrEnum):
    """What became of the money."""

    RELEASED = "released"
    """All that was held. Nothing was left to settle, or nothing could be."""
    SETTLED = "settled"
    """In the workflow's place; the rest was released."""
    WAITS = "waits"
    """A session of it goes on: it is settled when that has ended."""
    FAILED = "failed"
    """Not now; it can be asked again."""
    NOTHING = "nothing"
    """There was nothing to do, or nothing can be done."""


CameTo = tuple[Freed, Unsettled | None]
"""What became of the money, and why it was not settled, as far as that matters."""


class Freeing:
    """Of reservations that are proven to have no workflow any more."""

    def __init__(self, sessions: Sessions, stripe: StripeGateway, ended: Ended) -> None:
        self._sessions = sessions
        self._payments = PaymentActivities(sessions, stripe)
        self._settling = Settling(sessions, stripe, ended)

    async def connector(self, code: str, closed_as: str, now: datetime) -> None:
        """And what lists show. `closed_as`: how the workflow ended. From now on its money is to be dealt with."""
        async with self._sessions.begin() as session:
            released = await release(session, code, ReleaseReason.ORPHANED, now)
            if await close_view(session, code, now):
                await _tell_driver(session, code, now)
            fact = OrphanReleased(workflow=closed_as, holds=released)
            key = f"{code}:{ORPHANED}"
            is_new = await record_audited(session, fact, key=key, actor="system", subject=code, at=now)
            await orphans.note(session, code, closed_as, now)
        if released or is_new is not None:
            kind = f"orphan_{closed_as.lower()}"
            found_bug("orphan_found", kind, reservation=code, workflow=closed_as, holds=released)

    async def let_go(self, code: str) -> None:
        """It has a workflow again, which sees to its money itself."""
        async with self._sessions.begin() as session:
            await orphans.forget(session, code)

    async def money(self, code: str, closed_as: str, now: datetime) -> CameTo:
        """What is due is settled, all else released. What is not done stays on the list, behind the others."""
        async with self._sessions.begin() as session:
            await orphans.put_off(session, code, now)
        attempt = await self._settling.settle(code, closed_as, now)
        if attempt.keeps:
            return _kept(attempt), attempt.why
        freed = await self._released(code, attempt, now)
        return freed, Unsettled.NOT_COLLECTED if freed is Freed.FAILED else None

    async def session(self, code: str, closed_as: str, now: datetime) -> CameTo:
        """Of one that was freed before: what it has charged is settled, if it can be; else why not."""
        attempt = await self._settling.settle(code, closed_as, now)
        if attempt.receipt is not None:
            return await self._released(code, attempt, now), None
        return _kept(attempt) if attempt.keeps else Freed.NOTHING, attempt.why

    async def _released(self, code: str, attempt: Attempt, now: datetime) -> Freed:
        ask = VoidPayments(code=code, reason=ORPHANED, now=now)
        try:
            voided = await self._payments.void(ask, keep_what_was_settled=True)
        except (StripeUnavailable, StripeRefused, PaymentStillMoving) as failure:
            log.error("orphan_payment_not_released", reservation=code, code=failure.code)
            return Freed.FAILED
        async with self._sessions.begin() as session:
            await _show_money(session, code, attempt, voided.totals, now)
            await orphans.forget(session, code)
        unsettled = attempt.why if attempt.charged else None
        log.info("orphan_released", reservation=code, not_settled=unsettled)
        return Freed.SETTLED if attempt.receipt is not None else Freed.RELEASED


def _kept(attempt: Attempt) -> Freed:
    return Freed.WAITS if attempt.why is Unsettled.STILL_CHARGING else Freed.FAILED


async def close_view(session: AsyncSession, code: str, now: datetime) -> bool:
    """What people see. False: the workflow closed it itself. Nobody can do anything about it any more.

    A story that was over ends as it did; any other by our failure.
    """
    row = await _row(session, code, ReservationRow.closed_at.is_(None))
    if row is None:
        return False
    view = view_from_document(row.snapshot)
    if view.state == State.SETTLING:
        view = replace(view, state=State.COMPLETED.value)
    elif view.state not in _OVER:
        fact, promised = Cancelled(by=Cause.SYSTEM, reason=""), view.state not in _NOT_PROMISED
        told = TimelineEntry(at=now, code=fact.code, parameters=fact.parameters())
        view = replace(
            view,
            state=State.CANCELLED.value,
            ended_by=Cause.SYSTEM.value,
            never_confirmed=view.state == State.AWAITING_PAYMENT,
            kept=False if promised else None,
            failed_for=Cause.SYSTEM if promised else None,
            timeline=(*view.timeline, told),
        )
    closed = replace(
        view,
        arrive_by=None,
        next_deadline="",
        next_deadline_at=None,
        attention=(),
        possible=(),
    )
    publication = Publication(version=row.revision + 1, view=closed, closed=True, now=now)
    await show(session, publication, by=replace(asking(), run=row.run))
    return True


async def _tell_driver(session: AsyncSession, code: str, now: datetime) -> None:
    """Who was told how it ended hears only what it costs."""
    row = (await session.scalars(select(ReservationRow).where(ReservationRow.code == code))).one()
    if view_from_document(row.snapshot).ended_by != Cause.SYSTEM:
        return
    key = f"{code}:{ORPHANED}"
    await record_notice(
        session, EndedByFailure(), key=key, driver_id=row.driver_id, reservation_code=code, at=now
    )


async def _show_money(
    session: AsyncSession, code: str, attempt: Attempt, totals: PaymentTotals | None, now: datetime
) -> None:
    """What became of the money of a view that was closed here."""
    row = await _row(session, code, ReservationRow.closed_at.is_not(None))
    if row is None:
        return
    view = view_from_document(row.snapshot)
    if attempt.ask is not None and attempt.ask.progress.is_over:
        # Its history knew more of the end than was shown when it was closed.
        ended = attempt.ask.progress
        state = State.COMPLETED if ended.state is State.SETTLING else ended.state
        bill = attempt.receipt.bill if attempt.receipt is not None else None
        over = promise_kept(ended, attempt.ask.terms.policy, bill)
        view = replace(
            view,
            state=state.value,
            ended_by=ended.ended_by or "",
            never_confirmed=ended.never_confirmed,
            kept=over.kept if over else None,
            failed_for=over.failed_for if over else None,
        )
    if attempt.receipt is not None and view.receipt is None:
        fact = settled_fact(attempt.receipt)
        told = TimelineEntry(at=now, code=fact.code, parameters=fact.parameters())
        view = replace(view, receipt=attempt.receipt, timeline=(*view.timeline, told))
    elif totals is None or view.ended_by != Cause.SYSTEM:
        return
    if totals is not None and view.payment_status:
        deposit = DepositState.CAPTURED if totals.captured.minor else DepositState.RELEASED
        view = replace(view, payment_status=deposit.value)
    await session.execute(
        update(ReservationRow)
        .where(ReservationRow.code == code)
        .values(
            **columns_of(view), snapshot=view_to_document(view), revision=row.revision + 1, updated_at=now
        )
    )


async def _row(session: AsyncSession, code: str, which: ColumnElement[bool]) -> ReservationRow | None:
    found = select(ReservationRow).where(ReservationRow.code == code, which).with_for_update()
    return await session.scalar(found)
