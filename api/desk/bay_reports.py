"""What people say is wrong at a bay: taken from anybody, answered with another bay where it is the reporter's turn
there, seen to by operators.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.access import Access, published
from api.desk.audit import record
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from api.desk.steering import Steering
from contracts.publication import ReservationView
from db.engine import Sessions
from db.notifications import record_notice
from db.queries.charging import bay_reports as reports
from db.queries.charging.bay_reports import ReportAt, ReportFilter
from db.queries.newest_first import RowPosition
from db.queries.place.sites import site_of
from db.tables import BayReport, Connector, ReservationRow
from domain.errors import UnknownBayReport, UnknownConnector
from domain.facts.audit_places import BayReportResolved as ResolvedByOperator
from domain.facts.notices import BayReportResolved
from domain.facts.refused_bookings import NoSuchBay
from domain.facts.refused_reports import NoSuchBayReport
from domain.place.bay_reports import (
    COUNTS_FOR,
    Reporter,
    ReportKind,
    Standing,
    check_moving,
    check_reporting,
    is_kept_off,
)
from domain.place.slots import Slot
from domain.reservation.actions.messages import Reassign
from domain.reservation.actions.table import BY_NAME
from domain.terms.site_roles import SERVE
from workflows.client.failures import Refused

_NEAR = timedelta(hours=2)
"""So long before their slot some sites let drivers come."""
_MOVER = Principal(subject="bay-reports", scopes=frozenset({"operator"}))
"""As whom a reservation is reassigned for a report: in its audit trail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`text`: their own words, or none."""

    kind: ReportKind
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """`moves`: the code of the reporter's reservation that can have another bay at once; None: none."""

    report: ReportAt
    moves: str | None


def edition_of_report(row: BayReport) -> str:
    return edition_of(row.id, row.resolved_at, row.resolved_by, row.answer)


class BayReports:
    def __init__(
        self, sessions: Sessions, access: Access, steering: Steering, clock: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._steering = steering
        self._clock = clock

    async def report(
        self, principal: Principal | None, stranger: Reporter, charger_id: str, number: int, said: Said
    ) -> Taken:
        """`principal` None: by `stranger`. The same kind said again while nobody has seen to it is one report.

        Raises UnknownConnector, TooManyBayReports.
        """
        now = self._clock()
        reporter = stranger if principal is None else Reporter(account=principal.subject)
        async with self._sessions.begin() as session:
            connector_id = await _connector(session, charger_id, number)
            await reports.one_after_another(session)
            recent = await reports.recent(session, reporter, connector_id, now)
            row = _same(recent, reporter, connector_id, said.kind)
            code = await _kept_off(session, principal, connector_id, now)
            if row is None:
                check_reporting(reporter, [reports.as_report(one, connector_id) for one in recent])
                row = _new(charger_id, connector_id, reporter, principal, said, now)
                session.add(row)
            row.reservation_code = row.reservation_code or (code if said.kind.keeps_off else None)
            await session.flush()
            await reports.forget_strangers(session, now)
            found = await reports.find(session, row.id)
        if found is None:
            raise UnknownBayReport(NoSuchBayReport(number=row.id))
        moves = row.reservation_code if row.reservation_code == code and row.moved_at is None else None
        return Taken(report=found, moves=moves)

    async def another_bay(self, principal: Principal, text: str) -> ReservationView:
        """For who has said what keeps them from charging at theirs: an equal or better one, at once. Of one report it
        is one move, however often it is asked for.

        Raises InvalidReservationCode, UnknownReservation, NothingToMoveFor, and as `Steering.act`: SlotUnavailable
        where none is free, and then they keep what they have.
        """
        found, now = await self._access.find_own(principal, text), self._clock()
        if found.view is None:
            raise found.not_known()
        async with self._sessions.begin() as session:
            await reports.one_after_another(session)
            row, asked_at = await _to_move_for(session, found.code, found.view, now)
        ask = Reassign(operator=_MOVER.subject, reason=f"bay report {row}")
        key = f"bay-report-{row}-{asked_at.timestamp():.0f}"
        try:
            return await self._steering.act(_MOVER, found.code, BY_NAME["reassign"], ask, key=key)
        except Refused:
            async with self._sessions.begin() as session:
                await reports.note_moved(session, row, None)
            raise

    async def may_move(self, principal: Principal, text: str) -> ReservationView:
        """The reservation that can have another bay now, or had it for this report already.

        Raises InvalidReservationCode, UnknownReservation, NothingToMoveFor.
        """
        found = await self._access.find_own(principal, text)
        if found.view is None:
            raise found.not_known()
        async with self._sessions() as session:
            await _movable(session, found.code, found.view, self._clock())
        return found.view

    async def page(
        self, principal: Principal, wanted: ReportFilter, after: RowPosition | None, limit: int
    ) -> Sequence[ReportAt]:
        """Up to `limit` + 1, the latest first. Raises ScopeMissing."""
        principal.require_operator()
        async with self._sessions() as session:
            return await reports.page(session, wanted, after, limit, reach=principal.reach)

    async def one(self, principal: Principal, report_id: int) -> ReportAt:
        """Raises ScopeMissing, UnknownBayReport."""
        principal.require_operator()
        async with self._sessions() as session:
            return await _seen(session, principal, report_id)

    async def resolve(
        self, principal: Principal, report_id: int, answer: str, seen: Seen = WHATEVER
    ) -> ReportAt:
        """It has been seen to; who said it is told so, if we know who that is. Again, nothing changes.

        Raises ScopeMissing, SiteForbidden, UnknownBayReport, ChangedMeanwhile.
        """
        principal.require_operator()
        now = self._clock()
        async with self._sessions.begin() as session:
            found = await _seen(session, principal, report_id, locked=True)
            principal.require_site(found.site_id, *SERVE)
            row = found.row
            seen.check(edition_of_report(row))
            if row.resolved_at is None:
                row.resolved_at, row.resolved_by, row.answer = now, principal.subject, answer
                fact = ResolvedByOperator(report=row.id, connector_number=found.number, reason=answer)
                await record(session, principal, fact, row.charger_id, at=now)
                await _tell(session, found, now)
        return found


async def _connector(session: AsyncSession, charger_id: str, number: int) -> int:
    here = select(Connector.id).where(Connector.charger_id == charger_id, Connector.number == number)
    found = await session.scalar(here)
    if found is None:
        raise UnknownConnector(NoSuchBay(charger=charger_id, number=number))
    return found


def _same(
    recent: Sequence[BayReport], reporter: Reporter, connector_id: int, kind: ReportKind
) -> BayReport | None:
    for one in recent:
        here = one.connector_id == connector_id and one.kind == kind and one.resolved_at is None
        if here and one.account == reporter.account and one.browser_digest == reporter.browser:
            return one
    return None


def _new(
    charger_id: str,
    connector_id: int,
    reporter: Reporter,
    principal: Principal | None,
    said: Said,
    now: datetime,
) -> BayReport:
    driver = None if principal is None else principal.driver_id
    fleet = principal.fleet_id if principal is not None and driver is None else None
    return BayReport(
        charger_id=charger_id,
        connector_id=connector_id,
        kind=said.kind.value,
        text=said.text,
        reported_at=now,
        account=reporter.account,
        driver_id=driver,
        fleet_id=fleet,
        reservation_code=None,
        browser_digest=reporter.browser,
        address_digest=reporter.address,
        moved_at=None,
        resolved_at=None,
    )


async def _kept_off(
    session: AsyncSession, principal: Principal | None, connector_id: int, now: datetime
) -> str | None:
    """Their reservation whose turn it is there, if it can be moved."""
    if principal is None or principal.driver_id is None:
        return None
    row = ReservationRow
    theirs = select(row.code).where(
        row.driver_id == principal.driver_id,
        row.connector_id == connector_id,
        row.closed_at.is_(None),
        row.slot_start <= now + _NEAR,
        row.slot_end > now,
    )
    for code in await session.scalars(theirs.order_by(row.slot_start)):
        found = await published(session, code)
        view = None if found is None else found.view
        if view is not None and is_kept_off(_standing(view), connector_id, now):
            return code
    return None


def _standing(view: ReservationView) -> Standing:
    return Standing(
        connector_id=view.connector_id,
        slot=Slot(view.slot_start, view.slot_end),
        opens=timedelta(0) if view.terms is None else view.terms.policy.early_start,
        movable="reassign" in view.possible,
    )


async def _to_move_for(
    session: AsyncSession, code: str, view: ReservationView, now: datetime
) -> tuple[int, datetime]:
    """The report, and when its move was first asked for: by then it is one move, whoever died on the way.

    Raises NothingToMoveFor.
    """
    number, moved_at = await _movable(session, code, view, now)
    if moved_at is not None:
        return number, moved_at
    await reports.note_moved(session, number, now)
    return number, now


async def _movable(
    session: AsyncSession, code: str, view: ReservationView, now: datetime
) -> tuple[int, datetime | None]:
    """The report, and when its move was asked for, if it was. Raises NothingToMoveFor."""
    said = await reports.of_reservation(session, code)
    last = said[0] if said and now - said[0].reported_at < COUNTS_FOR else None
    if last is not None and last.moved_at is not None:
        return last.id, last.moved_at
    kind = None if last is None or last.resolved_at is not None else ReportKind(last.kind)
    moved = any(one.moved_at is not None for one in said)
    check_moving(_standing(view), kind, 0 if last is None else last.connector_id, moved=moved, now=now)
    return (0 if last is None else last.id), None


async def _seen(
    session: AsyncSession, principal: Principal, report_id: int, *, locked: bool = False
) -> ReportAt:
    found = await reports.find(session, report_id, locked=locked)
    if found is None or not principal.sees_site(found.site_id):
        raise UnknownBayReport(NoSuchBayReport(number=report_id))
    return found


async def _tell(session: AsyncSession, found: ReportAt, now: datetime) -> None:
    row = found.row
    if row.driver_id is None and row.fleet_id is None:
        return
    site = await site_of(session, found.site_id)
    await record_notice(
        session,
        BayReportResolved(site=site.name, bay=found.bay or row.charger_id, answer=row.answer),
        key=f"bay-report:{row.id}:resolved",
        driver_id=row.driver_id or "",
        fleet_id=row.fleet_id,
        reservation_code="",
        at=now,
        zone=site.zone,
    )
