"""Holds that stand already: finding one of a reservation under lock."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.board import lock_pools
from db.tables import Hold
from domain.errors import UnknownReservation
from domain.place.slots import Slot


async def hold_under_lock(session: AsyncSession, code: str, hold_id: int) -> Hold:
    """The hold, read after its pool was locked: no re-packing is half seen. Raises UnknownReservation."""
    mine = (Hold.id == hold_id, Hold.reservation_code == code)
    pool_id = await session.scalar(select(Hold.pool_id).where(*mine))
    if pool_id is None:
        raise UnknownReservation(f"reservation {code} has no hold {hold_id}")
    await lock_pools(session, [pool_id])
    return (await session.scalars(select(Hold).where(*mine).with_for_update())).one()


def window_of(hold: Hold) -> Slot:
    """Slot and turnover buffer. Raises ValueError for a hold without bounds, which nobody writes."""
    start, end = hold.during.lower, hold.during.upper
    if start is None or end is None:
        raise ValueError(f"hold {hold.id} has no bounds: {hold.during}")
    return Slot(start, end)
