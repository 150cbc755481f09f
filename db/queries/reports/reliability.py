"""How likely promises were told to be kept, against how many were: the reliability curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

BINS = 10
# Bins of equally many promises, not of equally wide certainties: nearly all of those lie between 0.9 and 1. The site is
# the one that was booked, wherever the driver was moved. `ntile` needs one order, so that asked again it says the same.
_CURVE = text("""
SELECT count(*), min(certainty), max(certainty), avg(certainty), avg(CAST(kept AS int)),
       sum((certainty - CAST(kept AS int)) ^ 2)
FROM (
    SELECT r.certainty, r.kept, ntile(:bins) OVER (ORDER BY r.certainty, r.code) AS bin
    FROM reservations r JOIN holds h ON h.reservation_code = r.code AND h.step = 'book'
    JOIN pools p ON p.id = h.pool_id
    WHERE r.kept IS NOT NULL AND r.certainty IS NOT NULL AND r.slot_start >= :since AND r.slot_start < :until
    AND (CAST(:sites AS text[]) IS NULL OR p.site_id = ANY(:sites))
) told GROUP BY bin ORDER BY bin
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """`promises` of them were told a certainty from `least` to `most`, on average `promised`; so many were `kept`, 0 to
    1. `squared`: the sum of the squares of what the certainties were off.
    """

    promises: int
    least: float
    most: float
    promised: float
    kept: float
    squared: float


async def reliability(
    session: AsyncSession, sites: Sequence[str] | None, since: datetime, until: datetime
) -> list[Bin]:
    """The least certain first. Of slots that start in [since, until), at `sites` (None: at all)."""
    about = {"bins": BINS, "sites": None if sites is None else [*sites], "since": since, "until": until}
    return [
        Bin(
            promises=row[0],
            least=row[1],
            most=row[2],
            promised=row[3],
            kept=float(row[4]),
            squared=row[5],
        )
        for row in await session.execute(_CURVE, about)
    ]
