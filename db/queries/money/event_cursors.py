"""How far the provider's events were read: asked, and moved forward."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import EventCursor


async def read_to(session: AsyncSession, reader: str) -> datetime | None:
    """None: it has read nothing yet."""
    return await session.scalar(select(EventCursor.read_to).where(EventCursor.reader == reader))


async def advance(session: AsyncSession, reader: str, to: datetime) -> None:
    """Never back: of two that read at the same time one is slower."""
    moved = insert(EventCursor).values(reader=reader, read_to=to)
    furthest = func.greatest(EventCursor.read_to, moved.excluded.read_to)
    await session.execute(
        moved.on_conflict_do_update(index_elements=[EventCursor.reader], set_={"read_to": furthest})
    )
