"""What operators set of a charger's credentials. The gateway reads them at every handshake."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Charger


async def stage_password(
    session: AsyncSession, charger_id: str, password_hash: str, *, replace_pending: bool
) -> bool:
    """The password in waiting. False: another one is waiting already, or there is no such charger."""
    statement = update(Charger).where(Charger.id == charger_id).values(next_password_hash=password_hash)
    if not replace_pending:
        statement = statement.where(Charger.next_password_hash.is_(None))
    staged = await session.scalar(statement.returning(Charger.id))
    return staged is not None


async def set_profile(session: AsyncSession, charger_id: str, profile: int | None) -> bool:
    """The lowest security profile the charger may use. False: there is no such charger."""
    found = await session.scalar(
        update(Charger).where(Charger.id == charger_id).values(security_profile=profile).returning(Charger.id)
    )
    return found is not None
