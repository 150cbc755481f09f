"""Passwords of chargers that a seed gives, hashed."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.seed.plan import Seed
from db.tables import Charger


async def hashed_passwords(session: AsyncSession, plan: Seed, hasher: PasswordHasher) -> dict[str, str]:
    """By charger, where it is another one than the charger has.

    It takes its time by design, so before anything is locked: bookings do not wait for it. What is given otherwise
    meanwhile came later.
    """
    hashes = {}
    for charger in (one for site in plan.sites for one in site.chargers):
        known = await session.scalar(select(Charger.password_hash).where(Charger.id == charger.id))
        if charger.password is not None and not _is(charger.password, known, hasher):
            hashes[charger.id] = hasher.hash(charger.password)
    return hashes


def _is(password: str, known: str | None, hasher: PasswordHasher) -> bool:
    if known is None:
        return False
    try:
        return hasher.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False
