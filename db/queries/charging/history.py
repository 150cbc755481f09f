"""What a driver has charged: visits, newest first, and what they come to by month.

A visit is what ran under one reservation, or one session of a walk-in. It stands at its first session, so that a page
of visits reads no more of a driver's sessions than it shows. Bill and receipt are told where the reservation is the
driver's own: who charged as a guest sees nothing of their host's money.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition
from domain.money.amount import Money
from domain.money.bookkeeping import Month


class Visit(NamedTuple):
    """`id`: of its first session. `ended_at` None: it goes on. `seconds`: of its sessions, so far. `energy_wh`: as it
    was billed, else as metered so far. `cost`: of its reservation; None: it has no bill, or not yet. `receipt`: the
    document's id. `zone`: of the site's clock.
    """

    id: int
    began_at: datetime
    ended_at: datetime | None
    seconds: int
    energy_wh: int
    site_id: str
    site_name: str
    zone: str
    reservation: str | None
    cost: Money | None
    receipt: int | None


class MonthSum(NamedTuple):
    """Of the visits that began in it, on the clocks of their sites. `cost` None: they have no bill."""

    month: Month
    visits: int
    energy_wh: int
    cost: Money | None


_VISITS = """
SELECT first.id, first.started_at AS began_at, whole.ended_at, whole.seconds,
    coalesce(bill.energy_wh, whole.energy_wh)::bigint AS energy_wh,
    sites.id AS site_id, sites.name AS site_name, sites.zone, mine.code AS reservation,
    bill.charge_minor, bill.currency, receipt.id AS receipt
FROM sessions first
JOIN chargers ON chargers.id = first.charger_id
JOIN sites ON sites.id = chargers.site_id
LEFT JOIN reservations mine ON mine.code = first.reservation_code AND mine.driver_id = first.driver_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN bool_and(one.ended_at IS NOT NULL) THEN max(one.ended_at) END AS ended_at,
        sum(greatest(extract(epoch FROM coalesce(one.ended_at, :now) - one.started_at), 0))::bigint AS seconds,
        sum(CASE WHEN one.meter_start_wh < 0 THEN 0 ELSE greatest(one.meter_last_wh - one.meter_start_wh, 0) END)
            AS energy_wh
    FROM sessions one
    WHERE (one.id = first.id OR one.reservation_code = first.reservation_code)
        AND one.driver_id = first.driver_id AND one.authorised
) whole
LEFT JOIN LATERAL (
    SELECT energy_wh, charge_minor, currency FROM settlements
    WHERE reservation_code = mine.code AND posted_at IS NOT NULL ORDER BY id DESC LIMIT 1
) bill ON true
LEFT JOIN LATERAL (
    SELECT id FROM documents
    WHERE reservation_code = mine.code AND driver_id = mine.driver_id AND kind = 'receipt' ORDER BY id DESC LIMIT 1
) receipt ON true
WHERE first.driver_id = :driver AND first.authorised AND NOT EXISTS (
    SELECT 1 FROM sessions earlier
    WHERE earlier.reservation_code = first.reservation_code AND earlier.driver_id = first.driver_id
        AND earlier.authorised AND (earlier.started_at, earlier.id) < (first.started_at, first.id)
)
"""
_PAGE = text(f"{_VISITS} ORDER BY first.started_at DESC, first.id DESC LIMIT :most")
_NEXT_PAGE = text(
    f"{_VISITS} AND (first.started_at, first.id) < (:at, :id) ORDER BY first.started_at DESC, first.id DESC LIMIT :most"
)
_MONTHS = text(f"""
WITH visits AS ({_VISITS} AND first.started_at >= :since)
SELECT to_char(timezone(zone, began_at), 'YYYY-MM') AS month, count(*) AS visits, sum(energy_wh)::bigint AS energy_wh,
    sum(charge_minor)::bigint AS charge_minor, currency
FROM visits GROUP BY 1, currency ORDER BY 1, currency
""")  # noqa: S608 - the fragment is ours


async def visits_of(
    session: AsyncSession, driver_id: str, now: datetime, after: RowPosition | None, limit: int
) -> Sequence[Visit]:
    """Up to `limit` + 1, the one that began last first."""
    values: dict[str, Any] = {"driver": driver_id, "now": now, "most": limit + 1}
    if after is None:
        rows = await session.execute(_PAGE, values)
    else:
        rows = await session.execute(_NEXT_PAGE, values | {"at": after.at, "id": after.id})
    return [_visit(**row) for row in rows.mappings()]


async def months_of(
    session: AsyncSession, driver_id: str, now: datetime, since: datetime
) -> Sequence[MonthSum]:
    """Of visits that began at or after `since`: one a month and currency, none without a visit."""
    rows = await session.execute(_MONTHS, {"driver": driver_id, "now": now, "since": since})
    return [
        MonthSum(
            month=Month.read(row.month),
            visits=row.visits,
            energy_wh=row.energy_wh,
            cost=None if row.currency is None else Money(row.charge_minor, row.currency),
        )
        for row in rows
    ]


def _visit(charge_minor: int | None, currency: str | None, **about: Any) -> Visit:
    cost = None if charge_minor is None or currency is None else Money(charge_minor, currency)
    return Visit(cost=cost, **about)
