"""What a driver has that is not over: they are not erased before."""

from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables.money.ledger import IS_OPEN
from domain.facts.refusals import RefusalFact
from domain.facts.refused_erasures import (
    StillCharging,
    StillDisputed,
    StillOffered,
    StillOwed,
    StillPaying,
    StillPlanned,
    StillReserved,
    StillSubscribed,
    StillToDecide,
    StillToIssue,
)
from domain.terms.subscriptions import OVER

_ASKED = text(f"""
SELECT what, which FROM (
    SELECT 1 AS rank, 'offered' AS what, '' AS which FROM waiting_list_entries
        WHERE driver_id = :driver AND state IN ('offered', 'accepted')
    UNION ALL SELECT 2, 'reserved', code FROM reservations WHERE driver_id = :driver AND closed_at IS NULL
    UNION ALL SELECT 3, 'reserved', reservation_code FROM holds WHERE driver_id = :driver AND released_at IS NULL
    UNION ALL SELECT 4, 'planned', '' FROM reservation_series s JOIN reservation_series_dates d ON d.series_id = s.id
        WHERE s.driver_id = :driver AND (d.state = 'planned' OR s.state = 'undoing')
    UNION ALL SELECT 5, 'charging', charger_id FROM sessions WHERE driver_id = :driver AND ended_at IS NULL
    UNION ALL SELECT 6, 'paying', reservation_code FROM payments
        WHERE reservation_code = ANY(:codes) AND {IS_OPEN}
    UNION ALL SELECT 6, 'paying', reservation_code FROM settlements
        WHERE reservation_code = ANY(:codes) AND posted_at IS NULL
    UNION ALL SELECT 6, 'paying', reservation_code FROM follow_ups WHERE reservation_code = ANY(:codes)
    UNION ALL SELECT 7, 'owed', reservation_code FROM debts WHERE driver_id = :driver AND state = 'open'
    UNION ALL SELECT 8, 'disputed', reservation_code FROM disputes WHERE driver_id = :driver AND state = 'open'
    UNION ALL SELECT 9, 'to_decide', '' FROM money_requests
        WHERE state = 'waiting' AND (subject = :driver OR subject = ANY(:codes))
    UNION ALL SELECT 10, 'to_issue', '' FROM documents_due
        WHERE reservation_code = ANY(:codes)
        AND EXISTS (SELECT FROM billing_parties WHERE kind = 'driver' AND subject = :driver)
    UNION ALL SELECT 11, 'subscribed', '' FROM subscriptions WHERE driver_id = :driver AND status <> ALL(:over)
) AS open ORDER BY rank, which LIMIT 1
""")  # noqa: S608 - constants of ours
_FACTS: dict[str, Callable[[str], RefusalFact]] = {
    "offered": lambda _: StillOffered(),
    "reserved": lambda code: StillReserved(reservation=code),
    "planned": lambda _: StillPlanned(),
    "charging": lambda charger: StillCharging(charger=charger),
    "paying": lambda code: StillPaying(reservation=code),
    "owed": lambda code: StillOwed(reservation=code),
    "disputed": lambda code: StillDisputed(reservation=code),
    "to_decide": lambda _: StillToDecide(),
    "to_issue": lambda _: StillToIssue(),
    "subscribed": lambda _: StillSubscribed(),
}


async def still_open(session: AsyncSession, driver_id: str, codes: list[str]) -> RefusalFact | None:
    """What has to end first. The driver's row must be locked: what they book meanwhile is found, or made afterwards."""
    about = {"driver": driver_id, "codes": codes, "over": sorted(OVER)}
    found = (await session.execute(_ASKED, about)).one_or_none()
    return None if found is None else _FACTS[found.what](found.which)
