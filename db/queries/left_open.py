"""Which reservations have something open: a connector, money, or a bill that was decided and is not posted.

For whoever looks whether they still live.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables.money.ledger import IS_OPEN

# Each branch walks its own partial index and stops after a page, so a page costs the same however much is open. The
# statuses are written out: as parameters, the index of open payments would not be used. DISTINCT within the branches:
# a reservation with several holds must not end a branch before the page does. What a debt is paid by is its workflow's;
# a step that no workflow asked for is tried again by who began it; what is on the list of orphans is proven already.
# What is offered from a waiting list is no reservation yet, and the list's loop gives it back; once one was published,
# that may end before it is paid, as any other. All of these are asked for one code at a time, as scalars: joins would
# read the tables whole.
OPEN_CODES = text(f"""
SELECT code FROM (
    (SELECT DISTINCT reservation_code AS code FROM holds
     WHERE released_at IS NULL AND placed_at < :before AND reservation_code > :after
       AND ((SELECT state FROM waiting_list_entries
             WHERE offer_code = reservation_code AND state IN ('offered', 'accepted')) IS NULL
            OR (SELECT code FROM reservations WHERE code = reservation_code) IS NOT NULL)
     ORDER BY reservation_code LIMIT :page)
    UNION
    (SELECT DISTINCT reservation_code AS code FROM payments
     WHERE {IS_OPEN} AND step NOT LIKE 'debt-%' AND updated_at < :before AND reservation_code > :after
     ORDER BY reservation_code LIMIT :page)
    UNION
    (SELECT reservation_code AS code FROM settlements AS newest
     WHERE posted_at IS NULL AND step LIKE 'settle%' AND ask <> '{{}}'
       AND priced_at < :before AND reservation_code > :after
       AND id = (SELECT max(id) FROM settlements WHERE reservation_code = newest.reservation_code)
       AND (SELECT found_at FROM orphans WHERE reservation_code = newest.reservation_code) IS NULL
     ORDER BY reservation_code LIMIT :page)
) AS all_kinds ORDER BY code LIMIT :page
""")  # noqa: S608 - a constant of ours


async def open_codes(session: AsyncSession, *, before: datetime, after: str, page: int) -> list[str]:
    """The next `page` codes behind `after` with something open since `before`."""
    found = await session.scalars(OPEN_CODES, {"before": before, "after": after, "page": page})
    return list(found)
