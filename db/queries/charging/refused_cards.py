"""Cards that access rules refused at readers, for operators."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import Charger, RefusedCard


class ListedRefusal(NamedTuple):
    card: RefusedCard
    site_id: str


async def page(
    session: AsyncSession,
    *,
    site_id: str | None,
    charger_id: str | None,
    reach: Sequence[str] | None,
    after: RowPosition | None,
    limit: int,
) -> Sequence[ListedRefusal]:
    """Up to `limit` + 1, the one that was shown last first. `reach`: sites that are seen; None: all."""
    row = RefusedCard
    found = select(row, Charger.site_id).join(Charger, Charger.id == row.charger_id)
    if site_id is not None:
        found = found.where(Charger.site_id == site_id)
    if reach is not None:
        found = found.where(Charger.site_id.in_(reach))
    if charger_id is not None:
        found = found.where(row.charger_id == charger_id)
    rows = await session.execute(newest_first(found, row.last_at, row.id, after, limit))
    return [ListedRefusal(one[0], one[1]) for one in rows]
