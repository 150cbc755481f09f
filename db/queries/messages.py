"""Messages on their way: to which address, and with which notices."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.telling import preferences_in, preferences_row
from db.tables import ContactPoint, Message, Notification
from domain.telling.addressee import Addressee


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """`language`: of the preferences; empty: they have said nothing."""

    point_id: int
    address: str = field(repr=False)
    confirmed: bool
    language: str


async def addressed(session: AsyncSession, point_id: int) -> Addressed | None:
    """None: nothing is sent there any more."""
    point = await session.get(ContactPoint, point_id)
    if point is None or point.removed_at is not None or point.bounced_at is not None:
        return None
    whose = Addressee(driver_id=point.driver_id, fleet_id=point.fleet_id)
    preferences = preferences_in(await preferences_row(session, whose))
    return Addressed(
        point_id=point.id,
        address=point.address,
        confirmed=point.confirmed_at is not None,
        language=preferences.language,
    )


async def carried(session: AsyncSession, message_id: int) -> Sequence[Notification]:
    """Its notices, in the order in which they are told; empty: there is no such message."""
    ids = await session.scalar(select(Message.notices).where(Message.id == message_id))
    rows = await session.scalars(select(Notification).where(Notification.id.in_(ids or [])))
    found = {row.id: row for row in rows}
    return [found[number] for number in ids or [] if number in found]


async def note_bounced(session: AsyncSession, point_id: int, why: str, now: datetime) -> None:
    """`why`: codes only, no text that may hold the address."""
    bounced = update(ContactPoint).where(ContactPoint.id == point_id, ContactPoint.bounced_at.is_(None))
    await session.execute(bounced.values(bounced_at=now, bounced_why=why))


async def keep_code(session: AsyncSession, point_id: int, digest: str, until: datetime) -> None:
    """In place of the one before."""
    point = update(ContactPoint).where(ContactPoint.id == point_id)
    await session.execute(point.values(code_digest=digest, code_until=until))
