"""Series in a list: each with what there is to be known of its dates, without reading them one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import ReservationSeries, SeriesDate
from domain.reservation.recurrence import SeriesDateState


class SeriesPosition(NamedTuple):
    """Of the last one of the page before."""

    made_at: datetime
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesLine:
    """`next_start`, `next_end`: of the first date ahead that is booked or to be; None: it is over, or ended.
    `last`: the last such date, or the last at all.
    """

    series: ReservationSeries
    first: date
    last: date
    next_start: datetime | None
    next_end: datetime | None
    booked: int
    planned: int
    skipped: int


_COUNTED = (SeriesDateState.BOOKED, SeriesDateState.PLANNED, SeriesDateState.SKIPPED)
_GOES_ON = SeriesDate.state.in_((SeriesDateState.PLANNED, SeriesDateState.BOOKED))


async def series_of(
    session: AsyncSession,
    accounts: Sequence[str],
    now: datetime,
    *,
    running: bool,
    after: SeriesPosition | None,
    limit: int,
) -> Sequence[SeriesLine]:
    """Up to `limit` + 1 of these accounts, the newest first. `running`: those alone that have a date ahead."""
    one, row = ReservationSeries, SeriesDate
    ahead = row.slot_start > now
    counts = [func.count().filter(row.state == state) for state in _COUNTED]
    found = (
        select(
            one,
            func.min(row.day),
            func.coalesce(func.max(row.day).filter(_GOES_ON), func.max(row.day)),
            func.min(row.slot_start).filter(_GOES_ON, ahead),
            func.min(row.slot_end).filter(_GOES_ON, ahead),
            *counts,
        )
        .join(row, row.series_id == one.id)
        .where(one.account.in_(accounts))
        .group_by(one.id)
    )
    if after is not None:
        found = found.where(tuple_(one.made_at, one.id) < tuple(after))
    if running:
        found = found.having(func.count().filter(_GOES_ON, ahead) > 0)
    rows = await session.execute(found.order_by(one.made_at.desc(), one.id.desc()).limit(limit + 1))
    return [_line(line) for line in rows]


def _line(row: Any) -> SeriesLine:
    series, first, last, next_start, next_end, booked, planned, skipped = row
    return SeriesLine(
        series=series,
        first=first,
        last=last,
        next_start=next_start,
        next_end=next_end,
        booked=booked,
        planned=planned,
        skipped=skipped,
    )
