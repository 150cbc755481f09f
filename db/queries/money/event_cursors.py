"""How far the provider's events were read: asked, and moved forward."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import EventCursor


async def read_to(session: AsyncSession, reader: str) -> datetime | None:
    """None: it has read nothing yet."""
    return await session.scalar(select(EventCursor.read_to).where(EventCursor.reader == reader))


async def advance(session: AsyncSession, reader: str, to: datetime) -> None:
    """Never back: of two that read at the same time one is slower."""
    moved = insert(EventCursor).values(reader=reader, read_to=to, asked_at=func.now())
    values = {
        "read_to": func.greatest(EventCursor.read_to, moved.excluded.read_to),
        "asked_at": moved.excluded.asked_at,
    }
    await session.execute(moved.on_conflict_do_update(index_elements=[EventCursor.reader], set_=values))


async def goes_on(session: AsyncSession, reader: str) -> None:
    """Whoever has the turn is still at it."""
    await session.execute(update(EventCursor).where(EventCursor.reader == reader).values(asked_at=func.now()))


async def take_turn(session: AsyncSession, reader: str, every: timedelta, at_first: datetime) -> bool:
    """Of many, one each `every`, by the database's clock; the first one ever begins `at_first`."""
    taken = insert(EventCursor).values(reader=reader, read_to=at_first, asked_at=func.now())
    is_due = EventCursor.asked_at.is_(None) | (EventCursor.asked_at <= func.now() - every)
    found = await session.scalar(
        taken.on_conflict_do_update(
            index_elements=[EventCursor.reader], set_={"asked_at": taken.excluded.asked_at}, where=is_due
        ).returning(EventCursor.reader)
    )
    return found is not None
