"""What drivers and fleets were told."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import Notification


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFilter:
    """None: whatever it is. `only_…`: what the caller may see, either of them."""

    template: str | None = None
    reservation_code: str | None = None
    driver_id: str | None = None
    fleet_id: str | None = None
    only_driver_id: str | None = None
    only_fleet_id: str | None = None


async def page(
    session: AsyncSession, wanted: NoticeFilter, after: RowPosition | None, limit: int
) -> Sequence[Notification]:
    """Up to `limit` + 1, the latest first."""
    row = Notification
    statement = newest_first(select(row), row.at, row.id, after, limit)
    for column, value in (
        (row.template, wanted.template),
        (row.reservation_code, wanted.reservation_code),
        (row.driver_id, wanted.driver_id),
        (row.fleet_id, wanted.fleet_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    mine = [
        whose == value
        for whose, value in ((row.driver_id, wanted.only_driver_id), (row.fleet_id, wanted.only_fleet_id))
        if value is not None
    ]
    if mine:
        statement = statement.where(or_(*mine))
    return (await session.scalars(statement)).all()
