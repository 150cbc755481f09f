"""What a sign at a bay says: whose it is next, and until when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_PROMISED = text("""
SELECT c.id, p.* FROM connectors c CROSS JOIN LATERAL (
    SELECT h.reservation_code, h.slot_start, h.slot_end, h.locked_at IS NOT NULL FROM holds h
    WHERE h.berth_id = c.berth_id AND h.released_at IS NULL AND h.slot_end > :now
    ORDER BY h.slot_start LIMIT :most
) p WHERE c.id = ANY(:connectors) ORDER BY c.id, p.slot_start
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """`fixed`: it stays here; else others of its pool may still take its place."""

    code: str
    start: datetime
    end: datetime
    fixed: bool


async def promised_at(
    session: AsyncSession, connector_ids: Collection[int], now: datetime, most: int
) -> dict[int, list[Promised]]:
    """On the berth of each, the next first; also what is under way."""
    found: dict[int, list[Promised]] = {one: [] for one in connector_ids}
    asked = {"connectors": list(connector_ids), "now": now, "most": most}
    for row in await session.execute(_PROMISED, asked):
        found[row[0]].append(Promised(code=row[1], start=row[2], end=row[3], fixed=row[4]))
    return found
