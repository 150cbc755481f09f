"""What a terminated workflow leaves behind: holds and authorisations nobody will ever release. Run on a schedule.

A running workflow is never touched. Captured money whose settlement was posted stays taken: that was decided.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio import activity

from activities.failures import PaymentStillMoving, StripeRefused, StripeUnavailable
from activities.holds.releasing import release
from activities.money.payment_records import OPEN
from activities.money.payments import PaymentActivities
from activities.money.stripe_gateway import StripeGateway
from activities.people.projection import show, view_from_document, view_to_document
from contracts.declaration import implements
from contracts.money import VoidPayments
from contracts.publication import Publication, TimelineEntry
from contracts.reconciliation import RELEASE_ORPHANS, ReconciliationReport
from db.audit import record_audited
from db.tables import Hold, Payment, ReservationRow
from domain.causes import Cause
from domain.facts.audit import OrphanReleased
from domain.facts.stay import Cancelled
from domain.money.bill import PaymentTotals
from domain.reservation.lifecycle import DepositState, State
from domain.reservation.release import ReleaseReason

PAGE = 100
AT_ONCE = 8
ORPHANED = ReleaseReason.ORPHANED.value

EndedAs = Callable[[str], Awaitable[str | None]]
"""How the workflow of this code ended, or None while it runs. What it raises says: not known, try the run again."""

log = structlog.get_logger()


class ReconciliationActivities:
    """Frees what belongs to no running workflow."""

    def __init__(
        self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway, ended_as: EndedAs
    ) -> None:
        self._sessions = sessions
        self._payments = PaymentActivities(sessions, stripe)
        self._ended_as = ended_as

    def all(self) -> list[Callable[..., Any]]:
        return [self.release_orphans]

    @implements(RELEASE_ORPHANS)
    async def release_orphans(self, older_than_seconds: int) -> ReconciliationReport:
        """Look at everything open for longer than that: connectors first, all of them, and only then money.

        Whose money is still to be released goes into the heartbeats, so that a second attempt knows: without
        its holds a reservation may no longer look open. Reads the clock itself: it compares with rows of the
        real world, not with a workflow's story.
        """
        now = datetime.now(UTC)
        before = now - timedelta(seconds=older_than_seconds)
        pending = _left_by_the_last_attempt()
        examined = 0
        after = ""
        while codes := await self._open_codes(before, after):
            examined += len(codes)
            for start in range(0, len(codes), AT_ONCE):
                chunk = codes[start : start + AT_ONCE]
                statuses = await asyncio.gather(*(self._ended_as(code) for code in chunk))
                for code, status in zip(chunk, statuses, strict=True):
                    if status is not None:
                        await self._free(code, status, now)
                        pending[code] = status
                    _beat(pending)
            after = codes[-1]
        report = ReconciliationReport(examined=examined)
        for code, status in list(pending.items()):
            await self._release_money(code, status, now, report)
            del pending[code]
            _beat(pending)
        return report

    async def _open_codes(self, before: datetime, after: str) -> list[str]:
        holds = select(Hold.reservation_code.label("code")).where(
            Hold.released_at.is_(None), Hold.placed_at < before, Hold.reservation_code > after
        )
        payments = select(Payment.reservation_code.label("code")).where(
            Payment.status.in_(OPEN), Payment.updated_at < before, Payment.reservation_code > after
        )
        both = union(holds, payments).subquery()
        async with self._sessions() as session:
            return list(await session.scalars(select(both.c.code).order_by(both.c.code).limit(PAGE)))

    async def _free(self, code: str, closed_as: str, now: datetime) -> None:
        async with self._sessions.begin() as session:
            released = await release(session, code, ReleaseReason.ORPHANED, now)
            await _close_view(session, code, now)
            fact = OrphanReleased(workflow=closed_as, holds=released)
            key = f"{code}:{ORPHANED}"
            await record_audited(session, fact, key=key, actor="system", subject=code, at=now)

    async def _release_money(
        self, code: str, closed_as: str, now: datetime, report: ReconciliationReport
    ) -> None:
        try:
            voided = await self._payments.void(
                VoidPayments(code=code, reason=ORPHANED, now=now), keep_what_was_settled=True
            )
        except (StripeUnavailable, StripeRefused, PaymentStillMoving) as failure:
            log.error("orphan_payment_not_released", reservation=code, code=failure.code)
            report.failed.append(code)
            return
        if voided.totals is not None:
            async with self._sessions.begin() as session:
                await _show_deposit(session, code, voided.totals, now)
        log.info("orphan_released", reservation=code, workflow=closed_as)
        report.released.append(code)


async def _close_view(session: AsyncSession, code: str, now: datetime) -> None:
    """What people see, unless the workflow closed it itself. Nobody can do anything about it any more."""
    row = await _row(session, code, ReservationRow.closed_at.is_(None))
    if row is None:
        return
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
    await show(session, Publication(version=row.revision + 1, view=closed, closed=True, now=now))


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


def _beat(pending: dict[str, str]) -> None:
    if activity.in_activity():
        activity.heartbeat(dict(pending))


def _left_by_the_last_attempt() -> dict[str, str]:
    """Code → how its workflow ended."""
    details = activity.info().heartbeat_details if activity.in_activity() else ()
    return dict(details[0]) if details and isinstance(details[0], dict) else {}
