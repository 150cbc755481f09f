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
from db.queries.charging.claims import charges_elsewhere, claims_of, is_priced
from domain.charging.access import AccessReason
from domain.charging.matching import Claim, SeenSession, Standing, match
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
        if not await is_priced(connection, code):
            return _of(judgement, None, over=True)
        # Where it was given up it is welcome once: while it charges elsewhere, this is a second car.
        late = judgement.decision.reason is AccessReason.LATE_ARRIVAL
        second = late and await charges_elsewhere(connection, code, connector_id)
        return _of(judgement, None) if second else judgement
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
    claim = next(claim for claim in claims if claim.reservation_code == found)
    return _limited(_of(judgement, found), _latest(claim, facts, connector_id))


def _latest(claim: Claim, facts: AccessFacts, connector_id: int) -> datetime | None:
    """Who comes late stays to the end of their slot at most, or to their next one on this connector."""
    if claim.standing is not Standing.GIVEN_UP:
        return None
    here = (hold for hold in facts.holds if hold.connector_id == connector_id and not hold.given_up)
    return min([claim.end, *(hold.start for hold in here if hold.driver_id == claim.driver_id)])


def _limited(judgement: Judgement, latest: datetime | None) -> Judgement:
    until = judgement.answer.until
    if latest is None or (until is not None and until <= latest):
        return judgement
    return replace(judgement, answer=replace(judgement.answer, until=latest))


def _of(judgement: Judgement, code: str | None, *, over: bool = False) -> Judgement:
    return replace(judgement, decision=replace(judgement.decision, reservation_code=code), over=over)
