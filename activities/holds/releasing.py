"""Holds given back. Their rows stay, as the device may still know their ids."""

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.holds import GivenUp, GiveUpBooking
from db.queries.money.quotes import give_back
from db.tables import Hold, Payment
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


async def give_up(session: AsyncSession, ask: GiveUpBooking) -> GivenUp:
    await release(session, ask.code, ReleaseReason.DECLINED, ask.now)
    await give_back(session, ask.code)
    payments = await session.scalar(select(exists().where(Payment.reservation_code == ask.code)))
    return GivenUp(payments=bool(payments))
