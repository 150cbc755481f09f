"""The facts behind every access decision at a charger, in one indexed query."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import HoldOnConnector, PresentedToken
from domain.charging import normalised_token

AHEAD = timedelta(days=1)
"""Holds that start later concern nobody who charges now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFacts:
    """Arguments of domain.access.decide_access. `connectors`: OCPP number → connector id, all of the charger."""

    token: PresentedToken
    connectors: dict[int, int]
    holds: tuple[HoldOnConnector, ...]


_FACTS = text("""
WITH token AS (
    SELECT t.blocked OR d.blocked AS blocked, t.driver_id, t.group_id, t.reservation_code
    FROM tokens t JOIN drivers d ON d.id = t.driver_id WHERE t.value = :token
)
SELECT c.number, c.id,
       t.driver_id IS NOT NULL, coalesce(t.blocked, false), t.driver_id, t.group_id, t.reservation_code,
       h.reservation_code, h.driver_id, h.group_id, h.opens_at, h.slot_start, h.slot_end,
       h.released_at IS NOT NULL, h.walk_in_warning_seconds
FROM connectors c
LEFT JOIN token t ON true
LEFT JOIN LATERAL (
    SELECT * FROM holds WHERE connector_id = c.id AND released_at IS NULL
        AND slot_end > :now AND slot_start <= :ahead
    UNION ALL
    SELECT * FROM holds WHERE connector_id = c.id AND release_reason = 'no_show' AND slot_end > :now
) h ON true
WHERE c.charger_id = :charger
ORDER BY c.number, h.slot_start
""")


async def access_facts(session: AsyncSession, *, charger_id: str, id_tag: str, now: datetime) -> AccessFacts:
    """The presented token and the holds on the charger's connectors. An unknown charger has no connectors."""
    rows = (
        await session.execute(
            _FACTS,
            {"token": normalised_token(id_tag), "charger": charger_id, "now": now, "ahead": now + AHEAD},
        )
    ).all()
    token = PresentedToken(known=False)
    if rows and rows[0][2]:
        _, _, known, blocked, driver_id, group_id, code = rows[0][:7]
        token = PresentedToken(
            known=known, blocked=blocked, driver_id=driver_id, group_id=group_id, reservation_code=code
        )
    holds = tuple(
        HoldOnConnector(
            connector_id=row[1],
            reservation_code=row[7],
            driver_id=row[8],
            group_id=row[9],
            opens_at=row[10],
            start=row[11],
            end=row[12],
            released_as_no_show=row[13],
            walk_in_warning=timedelta(seconds=row[14]),
        )
        for row in rows
        if row[7] is not None
    )
    return AccessFacts(token=token, connectors={row[0]: row[1] for row in rows}, holds=holds)
