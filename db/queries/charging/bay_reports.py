"""What people say of bays: written down, counted, listed for operators, resolved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import Bay, BayReport, Charger, Connector
from domain.place.bay_reports import COUNTS_FOR, Report, Reporter, ReportKind

_FORGOTTEN_AFTER = timedelta(days=1)
_QUEUE = select(func.pg_advisory_xact_lock(func.hashtextextended("bay_reports:reporting", 0)))
_FORGET = text("""
UPDATE bay_reports SET browser_digest = '', address_digest = '' WHERE id IN (
    SELECT id FROM bay_reports WHERE browser_digest <> '' AND reported_at < :before LIMIT 100 FOR UPDATE SKIP LOCKED
)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """None: whatever it is. `resolved`: only what is, or is not."""

    site_id: str | None = None
    charger_id: str | None = None
    kind: ReportKind | None = None
    resolved: bool | None = None


@dataclass(frozen=True, slots=True)
class ReportAt:
    """`bay`: what is painted on it."""

    row: BayReport
    site_id: str
    number: int
    bay: str | None


_AT = (
    select(BayReport, Charger.site_id, Connector.number, Bay.label)
    .join(Charger, Charger.id == BayReport.charger_id)
    .join(Connector, Connector.id == BayReport.connector_id)
    .outerjoin(Bay, Bay.id == Connector.bay_id)
)


async def one_after_another(session: AsyncSession) -> None:
    """Who reports waits for who reports, so that nobody is counted past; until the caller commits."""
    await session.execute(_QUEUE)


async def forget_strangers(session: AsyncSession, now: datetime) -> None:
    """By what they were counted, once that is long past; a few at a time."""
    await session.execute(_FORGET, {"before": now - _FORGOTTEN_AFTER})


async def recent(
    session: AsyncSession, reporter: Reporter, connector_id: int, now: datetime
) -> list[BayReport]:
    """Of COUNTS_FOR: what that reporter said anywhere, and what anybody said of that connector; the first first."""
    row = BayReport
    theirs = (
        row.account == reporter.account
        if reporter.account is not None
        else row.account.is_(None)
        & or_(row.browser_digest == reporter.browser, row.address_digest == reporter.address)
    )
    statement = select(row).where(
        row.reported_at > now - COUNTS_FOR, or_(row.connector_id == connector_id, theirs)
    )
    return list(await session.scalars(statement.order_by(row.reported_at, row.id)))


async def unresolved(session: AsyncSession, site_id: str, now: datetime) -> dict[int, list[Report]]:
    """Of COUNTS_FOR, of a site's bays, by connector; of which nobody said anything is left out."""
    row = BayReport
    statement = (
        select(row)
        .join(Charger, Charger.id == row.charger_id)
        .where(Charger.site_id == site_id, row.reported_at > now - COUNTS_FOR, row.resolved_at.is_(None))
    )
    found: dict[int, list[Report]] = {}
    for one in await session.scalars(statement):
        found.setdefault(one.connector_id, []).append(as_report(one, one.connector_id))
    return found


async def of_reservation(session: AsyncSession, code: str) -> list[BayReport]:
    """The latest first."""
    row = BayReport
    return list(
        await session.scalars(select(row).where(row.reservation_code == code).order_by(row.id.desc()))
    )


async def note_moved(session: AsyncSession, report_id: int, at: datetime | None) -> None:
    """None: nothing came of it."""
    row = BayReport
    await session.execute(update(row).where(row.id == report_id).values(moved_at=at))


async def page(
    session: AsyncSession,
    wanted: ReportFilter,
    after: RowPosition | None,
    limit: int,
    *,
    reach: Sequence[str] | None = None,
) -> Sequence[ReportAt]:
    """The latest first."""
    statement = newest_first(_AT, BayReport.reported_at, BayReport.id, after, limit)
    if reach is not None:  # sites that are seen
        statement = statement.where(Charger.site_id.in_(reach))
    for column, value in (
        (Charger.site_id, wanted.site_id),
        (BayReport.charger_id, wanted.charger_id),
        (BayReport.kind, wanted.kind),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.resolved is not None:
        over = BayReport.resolved_at.is_not(None)
        statement = statement.where(over if wanted.resolved else ~over)
    return [ReportAt(*found) for found in await session.execute(statement)]


async def find(session: AsyncSession, report_id: int, *, locked: bool = False) -> ReportAt | None:
    statement = _AT.where(BayReport.id == report_id)
    if locked:
        statement = statement.with_for_update(of=BayReport)
    found = (await session.execute(statement)).one_or_none()
    return None if found is None else ReportAt(*found)


def as_report(row: BayReport, connector_id: int) -> Report:
    """Of those at `connector_id` it is told that they are."""
    return Report(
        reporter=Reporter(account=row.account, browser=row.browser_digest, address=row.address_digest),
        kind=ReportKind(row.kind),
        at=row.reported_at,
        at_this_bay=row.connector_id == connector_id,
    )
