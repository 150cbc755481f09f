"""Whose is a session that begins: what the gate decided for its connector, seen with the driver's reservations.

The gate judges a connector. A driver whom it lets in as a walk-in may have a reservation at the site all the same, at
the neighbour's bay, or at one that it was moved to: the session is that reservation's (`domain.charging.matching`), and
the reservation follows it. And a reservation that ended in this very moment prices nothing: its session carries no code
and is stopped.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.access import AccessFacts
from db.queries.charging.claims import claims_of, is_priced
from domain.charging.access import AccessReason
from domain.charging.matching import SeenSession, match
from ocpp_gateway.duties.access_gate import Judgement
from ocpp_gateway.storage.chargers import site_of


async def judgement_of_session(
    connection: AsyncConnection,
    judgement: Judgement,
    facts: AccessFacts,
    *,
    charger_id: str,
    connector_id: int,
    started_at: datetime,
    ended_at: datetime | None,
) -> Judgement:
    """`judgement` with the reservation that will price the session, or without one. `over`: it is to be stopped."""
    code = judgement.decision.reservation_code
    if not judgement.allowed:
        return judgement
    if code is not None:
        return judgement if await is_priced(connection, code) else _of(judgement, None, over=True)
    driver_id = facts.token.driver_id
    if driver_id is None or judgement.decision.reason is not AccessReason.WALK_IN:
        return judgement
    session = SeenSession(
        connector_id=connector_id,
        driver_id=driver_id,
        group_id=facts.token.group_id,
        app_of=facts.token.reservation_code,
        started_at=started_at,
        ended_at=ended_at,
    )
    site_id = await site_of(connection, charger_id)
    claims = await claims_of(connection, driver_id=driver_id, site_id=site_id, at=started_at)
    found = match(session, claims, started_at).reservation_code
    if found is None or not await is_priced(connection, found):
        return judgement
    return _of(judgement, found)


def _of(judgement: Judgement, code: str | None, *, over: bool = False) -> Judgement:
    return replace(judgement, decision=replace(judgement.decision, reservation_code=code), over=over)
