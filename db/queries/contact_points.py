"""Addresses of drivers and fleets: theirs, how many were added, and taken away."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.telling import is_of
from db.tables import ContactPoint
from domain.telling.addressee import Addressee
from domain.telling.channels import Channel
from domain.telling.confirming import ADDED_WITHIN, SENT_TO_WITHIN, Added, address_digest
from domain.telling.contact import Wanted


async def points_of(session: AsyncSession, addressee: Addressee) -> Sequence[ContactPoint]:
    """In the order in which they were added."""
    row = ContactPoint
    statement = select(row).where(is_of(row, addressee), row.removed_at.is_(None))
    return (await session.scalars(statement.order_by(row.id))).all()


async def ever_had(session: AsyncSession, addressee: Addressee) -> bool:
    """Any, also one that was taken away since."""
    return bool(await session.scalar(select(exists().where(is_of(ContactPoint, addressee)))))


async def point_of(
    session: AsyncSession, addressee: Addressee, number: int, *, locked: bool = False
) -> ContactPoint | None:
    """One of theirs; `locked`: for whoever changes it."""
    row = ContactPoint
    statement = select(row).where(row.id == number, is_of(row, addressee), row.removed_at.is_(None))
    return await session.scalar(statement.with_for_update() if locked else statement)


async def there_already(
    session: AsyncSession, addressee: Addressee, channel: Channel, address: str
) -> ContactPoint | None:
    row = ContactPoint
    return await session.scalar(
        select(row).where(
            is_of(row, addressee),
            row.channel == channel.value,
            row.address == address,
            row.removed_at.is_(None),
        )
    )


async def lock_address(session: AsyncSession, digest: str) -> None:
    """Whoever they are, who adds the same address comes one after another: the last one has the browser, and codes to
    one number are counted. For who holds `lock_telling`, and after it.
    """
    key = func.hashtextextended(f"contact_address:{digest}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def same_browser(
    session: AsyncSession, addressee: Addressee, browser: Wanted
) -> Sequence[ContactPoint]:
    """Others whom the same browser tells: by its keys, which nobody has who does not sit at it."""
    row = ContactPoint
    statement = select(row).where(
        row.address_digest == address_digest(browser.channel, browser.address),
        row.address == browser.address,
        row.push_key == browser.push_key,
        row.push_secret == browser.push_secret,
        row.removed_at.is_(None),
        ~is_of(row, addressee),
    )
    return (await session.scalars(statement.with_for_update())).all()


async def added_before(session: AsyncSession, addressee: Addressee, digest: str, now: datetime) -> Added:
    """Those that were removed since count for how many were added."""
    row = ContactPoint
    points = await session.scalar(select(func.count()).where(is_of(row, addressee), row.removed_at.is_(None)))
    theirs = select(func.count(), func.min(row.added_at)).where(is_of(row, addressee))
    added, since = (await session.execute(theirs.where(row.added_at > now - ADDED_WITHIN))).one()
    there = select(func.count(), func.min(row.added_at)).where(row.address_digest == digest)
    sent_to, sent_since = (await session.execute(there.where(row.added_at > now - SENT_TO_WITHIN))).one()
    own = (is_of(row, addressee), row.address_digest == digest)
    by_them = await session.scalar(select(func.count()).where(*own, row.added_at > now - SENT_TO_WITHIN))
    was_theirs = await session.scalar(select(exists().where(*own, row.confirmed_at.is_not(None))))
    return Added(
        points=points or 0,
        added=added,
        since=since,
        sent_to=sent_to,
        sent_since=sent_since,
        sent_by_them=by_them or 0,
        was_theirs=bool(was_theirs),
    )


def take_away(point: ContactPoint, now: datetime) -> None:
    """Nothing is sent there any more, also what is under way; the row stays."""
    point.removed_at, point.address = now, ""
    point.push_key, point.push_secret = "", ""
    point.code_digest, point.code_until = "", None


async def forget_addresses(session: AsyncSession, addressee: Addressee, now: datetime) -> None:
    """All that says how they were ever reached, for whoever asks to be erased. The caller commits."""
    theirs = update(ContactPoint).where(is_of(ContactPoint, addressee))
    gone = func.coalesce(ContactPoint.removed_at, now)
    await session.execute(
        theirs.values(
            address="",
            address_digest="",
            push_key="",
            push_secret="",
            removed_at=gone,
            code_digest="",
            code_until=None,
        )
    )
