"""The reservations projection, the audit trail and what drivers were told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db.documents import energy_from_document
from db.tables import AuditEntry, Hold, IdempotencyRecord, Notification, ReservationRow
from domain.place.energy import EnergyWanted


@dataclass(frozen=True, slots=True)
class Position:
    """The last row of the page before."""

    slot_start: datetime
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationFilter:
    """`from_`/`to`: reservations whose slot starts in [from_, to). `only_*`: whose a caller may see; `reach`: where."""

    only_driver_id: str | None = None
    only_fleet_id: str | None = None
    driver_id: str | None = None
    states: Sequence[str] = ()
    site_id: str | None = None
    from_: datetime | None = None
    to: datetime | None = None
    needs_attention: bool | None = None
    open_only: bool = False
    reach: Sequence[str] | None = None


async def find(session: AsyncSession, code: str) -> ReservationRow | None:
    return await session.get(ReservationRow, code)


async def page(
    session: AsyncSession, wanted: ReservationFilter, after: Position | None, limit: int
) -> Sequence[ReservationRow]:
    """Up to `limit` + 1 rows, newest slot first; the extra one tells that there is a next page."""
    statement = _filtered(select(ReservationRow), wanted)
    if after is not None:
        statement = statement.where(
            tuple_(ReservationRow.slot_start, ReservationRow.code) < (after.slot_start, after.code)
        )
    statement = statement.order_by(ReservationRow.slot_start.desc(), ReservationRow.code.desc())
    return (await session.scalars(statement.limit(limit + 1))).all()


async def is_to_begin(session: AsyncSession, code: str) -> bool:
    """Is something held for a reservation of which nothing was ever published: as a group's, or what was accepted from
    a waiting list, is held before its workflow is started?"""
    held = select(Hold.id).where(Hold.reservation_code == code, Hold.released_at.is_(None)).limit(1)
    shown = select(ReservationRow.code).where(ReservationRow.code == code)
    found = select(held.scalar_subquery().is_not(None) & shown.scalar_subquery().is_(None))
    return bool(await session.scalar(found))


async def was_booked_by(session: AsyncSession, account: str, code: str) -> bool:
    """Did the account ask for this reservation? True before its workflow has published anything."""
    found = await session.scalar(
        select(IdempotencyRecord.key)
        .where(IdempotencyRecord.account == account, IdempotencyRecord.reservation_code == code)
        .limit(1)
    )
    return found is not None


async def energies_asked_of(session: AsyncSession, code: str, until: datetime) -> list[EnergyWanted]:
    """That slots were reckoned for, of the booking and of moves whatever came of them: first what was reckoned until
    then, and of those the latest.
    """
    record = IdempotencyRecord
    mine = (record.reservation_code == code, record.reckoned_for.is_not(None))
    likely = (record.reckoned_end.is_not_distinct_from(until).desc(), record.created_at.desc())
    found = await session.scalars(select(record.reckoned_for).where(*mine).order_by(*likely))
    return [energy_from_document(one) for one in found if one is not None]


async def audit_of(session: AsyncSession, subject: str, limit: int = 500) -> Sequence[AuditEntry]:
    statement = select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id.desc())
    return (await session.scalars(statement.limit(limit))).all()[::-1]


async def notifications_of(
    session: AsyncSession, driver_id: str, code: str, limit: int = 500
) -> Sequence[Notification]:
    statement = (
        select(Notification)
        .where(Notification.driver_id == driver_id, Notification.reservation_code == code)
        .order_by(Notification.id)
    )
    return (await session.scalars(statement.limit(limit))).all()


def _filtered(statement: Select[ReservationRow], wanted: ReservationFilter) -> Select[ReservationRow]:
    row = ReservationRow
    mine = [
        column == value
        for column, value in ((row.driver_id, wanted.only_driver_id), (row.fleet_id, wanted.only_fleet_id))
        if value is not None
    ]
    if mine:
        statement = statement.where(or_(*mine))
    if wanted.driver_id is not None:
        statement = statement.where(row.driver_id == wanted.driver_id)
    if wanted.states:
        statement = statement.where(row.state.in_(wanted.states))
    if wanted.reach is not None:
        statement = statement.where(row.site_id.in_(wanted.reach))
    if wanted.site_id is not None:
        statement = statement.where(row.site_id == wanted.site_id)
    if wanted.from_ is not None:
        statement = statement.where(row.slot_start >= wanted.from_)
    if wanted.to is not None:
        statement = statement.where(row.slot_start < wanted.to)
    if wanted.needs_attention is not None:
        statement = statement.where((row.needs_attention != "") == wanted.needs_attention)
    if wanted.open_only:
        statement = statement.where(row.closed_at.is_(None))
    return statement
