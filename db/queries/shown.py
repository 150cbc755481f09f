"""What lists show, a page at a time: for whoever compares it with the workflows."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Hold, ReservationRow


async def open_rows(session: AsyncSession, *, after: str, page: int) -> list[str]:
    """The next codes behind `after` that lists show as open."""
    found = select(ReservationRow.code).where(ReservationRow.closed_at.is_(None), ReservationRow.code > after)
    return list(await session.scalars(found.order_by(ReservationRow.code).limit(page)))


async def closed_rows(
    session: AsyncSession, *, after: tuple[datetime, str], page: int
) -> list[tuple[datetime, str]]:
    """The next behind `after`, by when they were closed."""
    place = tuple_(ReservationRow.closed_at, ReservationRow.code)
    found = select(ReservationRow.closed_at, ReservationRow.code).where(
        ReservationRow.closed_at.is_not(None), place > tuple_(*after)
    )
    rows = await session.execute(found.order_by(ReservationRow.closed_at, ReservationRow.code).limit(page))
    return [(at, code) for at, code in rows if at is not None]


async def lately_closed(session: AsyncSession, *, since: datetime, at_most: int) -> list[str]:
    """The latest first."""
    found = select(ReservationRow.code).where(ReservationRow.closed_at >= since)
    return list(await session.scalars(found.order_by(ReservationRow.closed_at.desc()).limit(at_most)))


async def row_and_hold(session: AsyncSession, code: str) -> tuple[ReservationRow | None, bool]:
    """Its row, and whether a connector is still held for it."""
    held = select(Hold.id).where(Hold.reservation_code == code, Hold.released_at.is_(None)).exists()
    row = await session.scalar(select(ReservationRow).where(ReservationRow.code == code))
    return row, bool(await session.scalar(select(held)))


async def without_row(session: AsyncSession, codes: Collection[str]) -> list[str]:
    """Those of `codes` that no list shows."""
    shown = set(await session.scalars(select(ReservationRow.code).where(ReservationRow.code.in_(codes))))
    return [code for code in codes if code not in shown]
