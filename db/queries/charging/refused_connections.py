"""Who was not let in by the gateways, for operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import RefusedConnection


@dataclass(frozen=True, slots=True)
class RefusedPosition:
    """A place in the list: newest attempt first, then by identity and code."""

    last_at: datetime
    identity: str
    code: str


async def page(
    session: AsyncSession, *, code: str | None, after: RefusedPosition | None, limit: int
) -> Sequence[RefusedConnection]:
    """Up to `limit` + 1 rows; the extra one tells that there is a next page."""
    row = RefusedConnection
    statement = select(row).order_by(row.last_at.desc(), row.identity, row.code).limit(limit + 1)
    if code is not None:
        statement = statement.where(row.code == code)
    if after is not None:
        later_name = or_(
            row.identity > after.identity, and_(row.identity == after.identity, row.code > after.code)
        )
        statement = statement.where(
            or_(row.last_at < after.last_at, and_(row.last_at == after.last_at, later_name))
        )
    return (await session.scalars(statement)).all()


async def clear(session: AsyncSession, identity: str) -> int:
    """Forget an identity's refusals; how many rows there were."""
    result = await session.execute(delete(RefusedConnection).where(RefusedConnection.identity == identity))
    return result.rowcount if isinstance(result, CursorResult) else 0
