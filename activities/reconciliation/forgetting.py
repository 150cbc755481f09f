"""Forgets versions that a restored Temporal server no longer knows: by them each later ask would be refused."""

from datetime import datetime

from sqlalchemy import func, select, update

from activities.asking import UNKNOWN_RUN
from db.engine import Sessions
from db.tables import Fence, ReservationRow

_KEPT = (Fence, ReservationRow)


async def forget_versions(sessions: Sessions, since: datetime, *, only_looking: bool = False) -> int:
    """Of all that was asked since then, when it was asked counts from now on. How many reservations that concerns."""
    concerned = select(Fence.code).where(Fence.asked_at >= since)
    concerned_too = select(ReservationRow.code).where(ReservationRow.asked_at >= since)
    codes = concerned.union(concerned_too).subquery()
    async with sessions.begin() as session:
        count = await session.scalar(select(func.count()).select_from(codes))
        for table in () if only_looking else _KEPT:
            await session.execute(update(table).where(table.asked_at >= since).values(run=UNKNOWN_RUN))
    return count or 0
