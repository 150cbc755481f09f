"""The reconciler's list of work: whose workflow is gone, and whose money is not dealt with yet."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Orphan


async def note(session: AsyncSession, code: str, ended_as: str, now: datetime) -> None:
    """From now on it is tried until it is done; one that is on the list stays as it was found."""
    found = insert(Orphan).values(reservation_code=code, ended_as=ended_as, found_at=now, tried_at=now)
    await session.execute(found.on_conflict_do_nothing(index_elements=["reservation_code"]))


async def left(session: AsyncSession, *, at_most: int, before: datetime | None = None) -> dict[str, str]:
    """Code → how its workflow ended, those tried longest ago first. `before`: only those found until then."""
    rows = select(Orphan.reservation_code, Orphan.ended_as)
    if before is not None:
        rows = rows.where(Orphan.found_at <= before)
    found = await session.execute(rows.order_by(Orphan.tried_at, Orphan.reservation_code).limit(at_most))
    return {row.reservation_code: row.ended_as for row in found}


async def found_at(session: AsyncSession, code: str) -> datetime | None:
    """None: it is not on the list."""
    return await session.scalar(select(Orphan.found_at).where(Orphan.reservation_code == code))


async def put_off(session: AsyncSession, code: str, now: datetime) -> None:
    """Behind all others: it could not be done now."""
    await session.execute(update(Orphan).where(Orphan.reservation_code == code).values(tried_at=now))


async def forget(session: AsyncSession, code: str) -> None:
    """It is done, or its workflow runs."""
    await session.execute(delete(Orphan).where(Orphan.reservation_code == code))
