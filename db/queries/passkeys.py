"""Passkeys of drivers, and the questions that were answered with them."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Passkey, SealingKey, UsedChallenge

_ONLY = 1
_SECRET_BYTES = 32


async def passkeys_of(session: AsyncSession, driver_id: str) -> Sequence[Passkey]:
    """In the order in which they were added."""
    row = Passkey
    statement = select(row).where(row.driver_id == driver_id, row.removed_at.is_(None))
    return (await session.scalars(statement.order_by(row.id))).all()


async def passkey_of(session: AsyncSession, driver_id: str, number: int) -> Passkey | None:
    """Locked."""
    row = Passkey
    statement = select(row).where(row.id == number, row.driver_id == driver_id, row.removed_at.is_(None))
    return await session.scalar(statement.with_for_update())


async def passkey_known_as(session: AsyncSession, credential_id: str) -> Passkey | None:
    """Locked: its counter is compared by one at a time."""
    row = Passkey
    statement = select(row).where(row.credential_id == credential_id, row.removed_at.is_(None))
    return await session.scalar(statement.with_for_update())


async def is_known(session: AsyncSession, credential_id: str) -> bool:
    """Anybody's, also one that was removed."""
    found = select(Passkey.id).where(Passkey.credential_id == credential_id)
    return await session.scalar(found) is not None


async def spend(session: AsyncSession, digest: str, ends_at: datetime, now: datetime) -> bool:
    """False: it was spent before. Those that are too old anyway go. The caller commits."""
    await session.execute(delete(UsedChallenge).where(UsedChallenge.ends_at <= now))
    spent = insert(UsedChallenge).values(digest=digest, ends_at=ends_at).on_conflict_do_nothing()
    return await session.scalar(spent.returning(UsedChallenge.digest)) is not None


async def sealing_key(session: AsyncSession) -> str:
    """The same for all processes; made by whoever asks first. The caller commits."""
    made = insert(SealingKey).values(id=_ONLY, secret=secrets.token_urlsafe(_SECRET_BYTES))
    await session.execute(made.on_conflict_do_nothing())
    key: str = (await session.scalars(select(SealingKey.secret).where(SealingKey.id == _ONLY))).one()
    return key
