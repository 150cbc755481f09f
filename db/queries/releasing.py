"""Holds given back. Their rows stay, as the device may still know their ids."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.money.quotes import give_back
from db.tables import Hold, WaitingEntry
from domain.reservation.release import ReleaseReason


async def release(
    session: AsyncSession, code: str, reason: ReleaseReason, now: datetime, *, keep_hold_id: int | None = None
) -> int:
    """Those of the reservation that are still open, but for `keep_hold_id`; how many there were."""
    statement = update(Hold).where(Hold.reservation_code == code, Hold.released_at.is_(None))
    if keep_hold_id is not None:
        statement = statement.where(Hold.id != keep_hold_id)
    released = await session.scalars(
        statement.values(released_at=now, release_reason=reason).returning(Hold.id)
    )
    return len(released.all())


async def withdraw(session: AsyncSession, row: WaitingEntry, now: datetime) -> None:
    """What the entry's offer held is free for others."""
    code = row.offer_code or ""
    await release(session, code, ReleaseReason.EXPIRED, now)
    await give_back(session, code)
