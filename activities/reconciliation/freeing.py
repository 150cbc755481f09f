"""Gives back what a reservation without a workflow still has: its connector, its money, its place in the lists."""

from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.exceptions import ApplicationError

from activities.asking import asking
from activities.failures import PaymentStillMoving, StripeRefused, StripeUnavailable
from activities.findings import found_bug
from activities.holds.releasing import release
from activities.money.payments import PaymentActivities
from activities.money.settlement import SettlementActivities
from activities.money.settlement_records import ask_of, decided_under_lock
from activities.money.stripe_gateway import StripeGateway
from activities.people.projection import show, view_from_document, view_to_document
from contracts.money import SettleReservation, VoidPayments
from contracts.publication import Publication, TimelineEntry
from db.audit import record_audited
from db.engine import Sessions
from db.notifications import record_notice
from db.tables import ReservationRow
from domain.causes import Cause
from domain.facts.audit import OrphanReleased
from domain.facts.notices import EndedByFailure
from domain.facts.stay import Cancelled
from domain.money.bill import PaymentTotals
from domain.reservation.lifecycle import DepositState, State
from domain.reservation.release import ReleaseReason

ORPHANED = ReleaseReason.ORPHANED.value

log = structlog.get_logger()


class Freeing:
    """Of reservations that are proven to have no workflow any more."""

    def __init__(self, sessions: Sessions, stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._payments = PaymentActivities(sessions, stripe)
        self._settlement = SettlementActivities(sessions, stripe)

    async def connector(self, code: str, closed_as: str, now: datetime) -> bool:
        """And what lists show. `closed_as`: how the workflow ended. Was anything left to do?"""
        async with self._sessions.begin() as session:
            released = await release(session, code, ReleaseReason.ORPHANED, now)
            if await close_view(session, code, now):
                await _tell_driver(session, code, now)
            fact = OrphanReleased(workflow=closed_as, holds=released)
            key = f"{code}:{ORPHANED}"
            is_new = await record_audited(session, fact, key=key, actor="system", subject=code, at=now)
        found = bool(released) or is_new is not None
        if found:
            kind = f"orphan_{closed_as.lower()}"
            found_bug("orphan_found", kind, reservation=code, workflow=closed_as, holds=released)
        return found

    async def money(self, code: str, closed_as: str, now: datetime) -> bool:
        """What was billed is collected, all else released. False: not now; it can be asked again."""
        ask = VoidPayments(code=code, reason=ORPHANED, now=now)
        try:
            begun = await self._begun(code)
            if begun is not None:
                await self._settlement.settle_reservation(begun)
            voided = await self._payments.void(ask, keep_what_was_settled=True)
        except (StripeUnavailable, StripeRefused, PaymentStillMoving) as failure:
            log.error("orphan_payment_not_released", reservation=code, code=failure.code)
            return False
        except ApplicationError as failure:
            log.error("orphan_not_settled", reservation=code, code=failure.type)
            return False
        if voided.totals is not None:
            async with self._sessions.begin() as session:
                await _show_deposit(session, code, voided.totals, now)
        log.info("orphan_released", reservation=code, workflow=closed_as)
        return True

    async def _begun(self, code: str) -> SettleReservation | None:
        """A settlement that was decided, and whose workflow ended before its money was collected."""
        async with self._sessions.begin() as session:
            decided = await decided_under_lock(session, code)
            last = decided.rows[-1] if decided.rows else None
            if last is None or last.posted_at is not None:
                return None
            ask = ask_of(last)
        return None if ask is None else replace(ask, giving_back=None)


async def close_view(session: AsyncSession, code: str, now: datetime) -> bool:
    """What people see. False: the workflow closed it itself. Nobody can do anything about it any more."""
    row = await _row(session, code, ReservationRow.closed_at.is_(None))
    if row is None:
        return False
    view, fact = view_from_document(row.snapshot), Cancelled(by=Cause.SYSTEM, reason="")
    told = TimelineEntry(at=now, code=fact.code, parameters=fact.parameters())
    closed = replace(
        view,
        state=State.CANCELLED.value,
        ended_by=Cause.SYSTEM.value,
        arrive_by=None,
        next_deadline="",
        next_deadline_at=None,
        attention=(),
        possible=(),
        timeline=(*view.timeline, told),
    )
    publication = Publication(version=row.revision + 1, view=closed, closed=True, now=now)
    await show(session, publication, by=replace(asking(), run=row.run))
    return True


async def _tell_driver(session: AsyncSession, code: str, now: datetime) -> None:
    row = (await session.scalars(select(ReservationRow).where(ReservationRow.code == code))).one()
    key = f"{code}:{ORPHANED}"
    await record_notice(
        session, EndedByFailure(), key=key, driver_id=row.driver_id, reservation_code=code, at=now
    )


async def _show_deposit(session: AsyncSession, code: str, totals: PaymentTotals, now: datetime) -> None:
    """What became of the money of a view that was closed here."""
    row = await _row(session, code, ReservationRow.closed_at.is_not(None))
    if row is None or (view := view_from_document(row.snapshot)).ended_by != Cause.SYSTEM:
        return
    deposit = DepositState.CAPTURED if totals.captured.minor else DepositState.RELEASED
    shown = replace(view, payment_status=deposit.value)
    await session.execute(
        update(ReservationRow)
        .where(ReservationRow.code == code)
        .values(snapshot=view_to_document(shown), revision=row.revision + 1, updated_at=now)
    )


async def _row(session: AsyncSession, code: str, which: ColumnElement[bool]) -> ReservationRow | None:
    found = select(ReservationRow).where(ReservationRow.code == code, which).with_for_update()
    return await session.scalar(found)
