"""Holds that stand already: finding one of a reservation, so that nobody else changes it or its pool meanwhile."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.pool_locks import lock_pools
from db.tables import Hold
from domain.errors import UnknownReservation
from domain.facts.refusals import NoSuchHold
from domain.facts.refused_bookings import HoldGivenUp
from domain.place.pool_facts import PoolFacts
from domain.place.reasons import NoPlaceReason, PlaceRefused


async def hold_under_lock(session: AsyncSession, code: str, hold_id: int) -> tuple[Hold, PoolFacts]:
    """The hold, read after its pool was locked: no re-packing is half seen. The pool is seen for the hold's plug.

    Raises UnknownReservation.
    """
    mine = (Hold.id == hold_id, Hold.reservation_code == code)
    pool_id = await session.scalar(select(Hold.pool_id).where(*mine))
    if pool_id is None:
        raise UnknownReservation(NoSuchHold(reservation=code, hold_id=hold_id))
    (pool,) = await lock_pools(session, [pool_id])
    own = select(Hold).where(*mine).with_for_update().execution_options(populate_existing=True)
    hold = (await session.scalars(own)).one()
    return hold, pool.wanted_for(hold.plug)


async def open_hold_under_lock(session: AsyncSession, code: str, hold_id: int) -> tuple[Hold, PoolFacts]:
    """The same, of one that was not given up. Raises UnknownReservation, SlotUnavailable."""
    hold, pool = await hold_under_lock(session, code, hold_id)
    check_stands(hold)
    return hold, pool


def check_stands(hold: Hold) -> None:
    """Raises SlotUnavailable for one that was given up."""
    if hold.released_at is not None:
        raise PlaceRefused(HoldGivenUp(), NoPlaceReason.GIVEN_UP)
