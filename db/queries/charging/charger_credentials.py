"""What operators set of a charger's credentials. The gateway reads them at every handshake."""

from sqlalchemy import select, update
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


async def charger_under_lock(session: AsyncSession, charger_id: str) -> Charger | None:
    """Its row, as it is at the commit."""
    mine = select(Charger).where(Charger.id == charger_id).with_for_update(key_share=True)
    return (await session.scalars(mine.execution_options(populate_existing=True))).one_or_none()
