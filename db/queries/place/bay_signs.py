"""What a sign at a bay says: whose it is next, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_PROMISED = text("""
SELECT h.reservation_code, h.slot_start, h.slot_end, h.locked_at IS NOT NULL
FROM connectors c JOIN holds h ON h.berth_id = c.berth_id
WHERE c.id = :connector AND h.released_at IS NULL AND h.slot_end > :now
ORDER BY h.slot_start LIMIT :most
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """`fixed`: it stays here; else others of its pool may still take its place."""

    code: str
    start: datetime
    end: datetime
    fixed: bool


async def promised_at(
    session: AsyncSession, connector_id: int, now: datetime, most: int
) -> Sequence[Promised]:
    """On its berth, the next first; also what is under way."""
    rows = await session.execute(_PROMISED, {"connector": connector_id, "now": now, "most": most})
    return [Promised(code=row[0], start=row[1], end=row[2], fixed=row[3]) for row in rows]
