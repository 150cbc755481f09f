"""How far the provider's events were read: asked, and moved forward."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import EventCursor


async def read_to(session: AsyncSession, reader: str) -> datetime | None:
    """None: it has read nothing yet."""
    return await session.scalar(select(EventCursor.read_to).where(EventCursor.reader == reader))


async def advance(session: AsyncSession, reader: str, to: datetime) -> None:
    """Never back: of two that read at the same time one is slower. Nor beyond the database's clock, on which nobody has
    read what lies ahead.
    """
    moved = insert(EventCursor).values(
        reader=reader,
        read_to=func.least(literal(to, EventCursor.read_to.type), func.now()),
        asked_at=func.now(),
    )
    values = {
        "read_to": func.greatest(func.least(EventCursor.read_to, func.now()), moved.excluded.read_to),
        "asked_at": moved.excluded.asked_at,
    }
    await session.execute(moved.on_conflict_do_update(index_elements=[EventCursor.reader], set_=values))


async def goes_on(session: AsyncSession, reader: str) -> None:
    """Whoever has the turn is still at it."""
    await session.execute(update(EventCursor).where(EventCursor.reader == reader).values(asked_at=func.now()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """`now`: by the database's clock, which all share."""

    now: datetime
    is_mine: bool


async def take_turn(session: AsyncSession, reader: str, every: timedelta, at_first: timedelta) -> Turn:
    """Of many, one each `every`; the first one ever begins so far back.

    So does one whose place lies ahead: a clock was ahead that is right now, and what came meanwhile was not read.
    """
    now, begin = func.now(), func.now() - at_first
    taken = insert(EventCursor).values(reader=reader, read_to=begin, asked_at=now)
    is_ahead = (EventCursor.read_to > now) | (EventCursor.asked_at > now)
    is_due = EventCursor.asked_at.is_(None) | (EventCursor.asked_at <= now - every) | is_ahead
    values = {
        "asked_at": taken.excluded.asked_at,
        "read_to": case((is_ahead, begin), else_=EventCursor.read_to),
    }
    found = await session.scalar(
        taken.on_conflict_do_update(index_elements=[EventCursor.reader], set_=values, where=is_due).returning(
            EventCursor.reader
        )
    )
    return Turn(now=(await session.execute(select(now))).scalar_one(), is_mine=found is not None)
