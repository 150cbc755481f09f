"""Whose is a session that begins: what the gate decided for its connector, seen with the driver's reservations.

The gate judges a connector. A driver whom it lets in as a walk-in may have a reservation at the site all the same, at
the neighbour's bay, or at one that it was moved to: the session is that reservation's (`domain.charging.matching`), and
the reservation follows it; so it is where the gate opened a group mate's bay, and the mate's reservation hears that its
place is taken. Who would be refused at the bay of their unpaid reservation charges under one that they have paid. And a
reservation that ended in this very moment prices nothing: its session carries no code and is stopped, unless it was we
who could not keep the reservation.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.access import AccessFacts, access_facts
from db.queries.charging.claims import Pricing, charges_elsewhere, claims_of, pricing_of
from domain.charging.access_reasons import OTHERS, AccessReason
from domain.charging.matching import Claim, SeenSession, Standing, match
from ocpp_gateway.duties.access_gate import Judgement, admitted, is_drivers, judge_start
from ocpp_gateway.storage import sessions
from ocpp_gateway.storage.chargers import site_of
from ocpp_gateway.storage.sessions import Session


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
    if not judgement.allowed:
        found = await paid_instead(connection, facts, charger_id, started_at, connector_id, ended_at)
        return judgement if found is None else admitted(judgement, facts, *found)
    code = judgement.decision.reservation_code
    own = None
    if code is None or not is_drivers(facts, code):
        own = await _own(connection, facts, charger_id, connector_id, started_at, ended_at)
    if own is not None:
        mine = replace(_of(judgement, own.reservation_code), instead_of=code)
        return _limited(mine, _latest(own, facts, connector_id))
    if code is None:
        return judgement
    pricing = await pricing_of(connection, code)
    if pricing is not Pricing.PRICED:
        # Who began offline, while silence ended their reservation, goes on as the walk-in that they have become.
        return _of(judgement, None, over=pricing is Pricing.OVER)
    # Where it was given up it is welcome once: while it charges elsewhere, this is a second car.
    late = judgement.decision.reason is AccessReason.LATE_ARRIVAL
    second = late and await charges_elsewhere(connection, code, connector_id)
    return _of(judgement, None) if second else judgement


async def price_in_the_end(
    connection: AsyncConnection,
    charger_id: str,
    session: Session,
    shown_wh: int,
    ended_at: datetime,
    *,
    id_tag: str = "",
    refused_for: str | None = None,
) -> None:
    """What was charged where the place was another's is its driver's reservation's, if they have one: they were there.

    Once it is over: who still charges there is stopped. `id_tag`, `refused_for`: where only its end has told them.
    """
    why = session.refused_for if refused_for is None else refused_for
    if not shown_wh or why not in OTHERS:
        return
    id_tag = session.id_tag or id_tag
    place, began = session.connector_id, session.started_at
    facts = await access_facts(connection, charger_id=charger_id, id_tag=id_tag, now=began)
    own = await _own(connection, facts, charger_id, place, began, ended_at, took_place=True)
    if own is not None:
        await sessions.authorise(
            connection,
            session.id,
            id_tag=id_tag,
            driver_id=facts.token.driver_id,
            reservation_code=own.reservation_code,
            authorised=True,
            refused_for="",
        )


async def paid_instead(
    connection: AsyncConnection,
    facts: AccessFacts,
    charger_id: str,
    at: datetime,
    connector_id: int | None = None,
    ended_at: datetime | None = None,
) -> tuple[str, datetime | None] | None:
    """Who is refused because their reservation here is unpaid charges under the one that they have paid, as at any
    bay that is nobody else's: its code, and until when, if another's turn may come before it ends.

    `connector_id` None: the card is only shown, and any of them may be meant.
    """
    driver_id = facts.token.driver_id
    unpaid = [
        hold
        for hold in facts.holds
        if hold.unpaid
        and hold.driver_id == driver_id
        and connector_id in (None, hold.connector_id)
        and judge_start(facts, hold.connector_id, at).is_unpaid
    ]
    if not unpaid or facts.token.reservation_code is not None:
        return None
    here = min(unpaid, key=lambda hold: hold.start)
    own = await _own(connection, facts, charger_id, here.connector_id, at, ended_at)
    if own is None or own.standing is not Standing.OPEN:
        return None
    return own.reservation_code, here.end if here.end < own.end else None


async def _own(
    connection: AsyncConnection,
    facts: AccessFacts,
    charger_id: str,
    connector_id: int,
    started_at: datetime,
    ended_at: datetime | None,
    *,
    took_place: bool = False,
) -> Claim | None:
    """The reservation of the driver's own that prices it, wherever that was booked: it comes before the group's."""
    driver_id = facts.token.driver_id
    if driver_id is None:
        return None
    session = SeenSession(
        connector_id=connector_id,
        driver_id=driver_id,
        group_id=facts.token.group_id,
        app_of=facts.token.reservation_code,
        started_at=started_at,
        ended_at=ended_at,
        authorised=not took_place,
        took_place=took_place,
    )
    site_id = await site_of(connection, charger_id)
    claims = await claims_of(connection, driver_id=driver_id, site_id=site_id, at=started_at)
    found = match(session, claims, started_at).reservation_code
    if found is None or await pricing_of(connection, found) is not Pricing.PRICED:
        return None
    return next(claim for claim in claims if claim.reservation_code == found)


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
