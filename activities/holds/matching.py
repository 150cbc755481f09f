"""A reservation's sessions found, marked as priced by it, and followed by its hold: in the caller's transaction.

Whose a session is stands in `domain.charging.matching`. A hold follows to the connector where the driver charges when
nobody else is promised any of its time there; else it is given back: who charges elsewhere does not keep a place.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import held, held_connector
from activities.holds.consecutive import car_elsewhere, next_slot_of, there_already
from activities.holds.drivers import credentials_of
from activities.holds.following import follow, follow_from_before, lock_ground
from contracts.holds import OwnSession
from contracts.matching import BayStands, MatchedSessions, MatchSessions
from db.queries.charging.claims import FoundSession, adopt, claims_of, sessions_near
from db.queries.charging.unplaced import may_be_theirs
from db.queries.place.connectors import beside_of, connector_of
from db.tables import Hold, Pool
from domain.charging.connector import ConnectorStatus
from domain.charging.matching import FOLLOWS_WITHIN, Claim, Standing, match


async def match_sessions(session: AsyncSession, ask: MatchSessions) -> MatchedSessions:
    """Of a reservation that never held anything: none."""
    its = select(Hold).where(Hold.reservation_code == ask.code)
    if ask.hold_id is not None:  # there may be a newer one that it does not have, or not yet
        its = its.where(Hold.id == ask.hold_id)
    hold = await session.scalar(its.order_by(Hold.id.desc()).limit(1))
    if hold is None:
        return MatchedSessions()
    if ask.stay is not None:
        return await next_slot_of(session, hold, ask.stay, ask.now)
    if hold.released_at is None and not ask.ended:
        await lock_ground(session, hold)
    found = await own_sessions(session, hold, ask)
    if not (found.sessions or ask.ended or hold.released_at):
        found = replace(found, bay=await _bay(session, hold, found.there))
    if ask.connector_id in (None, hold.connector_id) or hold.released_at is not None:
        return found
    return replace(found, held=await held_connector(session, hold, ask.now))


async def _bay(session: AsyncSession, hold: Hold, theirs: Collection[str]) -> BayStands:
    connector = await connector_of(session, hold.connector_id)
    connector = connector.wanted_for(hold.plug) if hold.plug else connector
    return BayStands(
        taken=connector.is_taken_from(hold.reservation_code, theirs=theirs),
        shows_itself_well=connector.is_usable and connector.status is not ConnectorStatus.UNKNOWN,
    )


async def own_sessions(
    session: AsyncSession, hold: Hold, ask: MatchSessions, *, locking: bool = False
) -> MatchedSessions:
    """Those of the hold's reservation, oldest first; `hold` is where the last one runs, or was given back.

    `locking`: it is being locked, so that a walk-in of its driver becomes its own.
    """
    pool = await session.get_one(Pool, hold.pool_id)
    locked_at = hold.locked_at or (ask.now if locking else hold.opens_at)
    since = max(min(hold.opens_at, locked_at), hold.placed_at)
    since_before = min(hold.opens_at, hold.slot_start - FOLLOWS_WITHIN)
    claims = await claims_of(
        session, driver_id=hold.driver_id, site_id=pool.site_id, at=since_before, code=ask.code
    )
    own = next((claim for claim in claims if claim.reservation_code == ask.code), None)
    own = own or _claim_of(hold, await beside_of(session, hold.connector_id))
    # Its workflow asks, so it is paid and not over, whatever is shown to people so far.
    own = replace(own, since=since, standing=Standing.OPEN)
    found = await sessions_near(session, code=ask.code, driver_id=hold.driver_id, claim=own)
    if ask.only_running:
        found = [one for one in found if one.seen.ended_at is None]
    if ask.ended:
        own_found = [one for one in found if one.seen.priced_by == ask.code]
        return MatchedSessions(sessions=await _told(session, hold, own_found, ask))
    others = [claim for claim in claims if claim.reservation_code != ask.code]
    mine = [one for one in found if match(one.seen, [own, *others], ask.now).reservation_code == ask.code]
    await adopt(session, [one.id for one in mine if one.seen.priced_by != ask.code], ask.code)
    running = [one for one in mine if one.seen.ended_at is None]
    if running and hold.released_at is None:
        await follow(session, hold, running[-1].seen.connector_id, ask.now)
    if mine:
        return MatchedSessions(sessions=await _told(session, hold, mine, ask))
    there, elsewhere = await _since_before(session, hold, own, others, found)
    if there or elsewhere or ask.only_running or locking:
        return MatchedSessions(there=there, elsewhere=elsewhere)
    return MatchedSessions(unplaced=await _unplaced(session, hold, pool.site_id, since, ask.now))


async def _since_before(
    session: AsyncSession,
    hold: Hold,
    own: Claim,
    others: Sequence[Claim],
    found: Sequence[FoundSession],
) -> tuple[tuple[str, ...], str]:
    """With whose session its driver stands at its berth, where it may have gone for that; else at which other bay."""
    seen = [one.seen for one in found]
    there = await there_already(session, own, others, seen)
    car = None if there else car_elsewhere(own, others, seen)
    if car is None:
        return there, ""
    may_go = hold.released_at is None and car.is_known_until is None
    if may_go and await follow_from_before(session, hold, car.connector_id):
        return (car.priced_by or "",), ""
    return (), (await connector_of(session, car.connector_id)).label


async def _unplaced(
    session: AsyncSession, hold: Hold, site_id: str, since: datetime, now: datetime
) -> int | None:
    return await may_be_theirs(
        session,
        site_id=site_id,
        driver_id=hold.driver_id,
        group_id=hold.group_id,
        connector_id=hold.connector_id,
        since=since,
        until=now,
    )


async def _told(
    session: AsyncSession, hold: Hold, mine: Sequence[FoundSession], ask: MatchSessions
) -> tuple[OwnSession, ...]:
    if not mine:
        return ()
    credentials = await credentials_of(session, driver_id=hold.driver_id, code=ask.code, now=ask.now)
    told = []
    for one in mine:
        connector = await connector_of(session, one.seen.connector_id)
        pool = await session.get_one(Pool, connector.pool_id)
        told.append(
            OwnSession(
                transaction_id=one.transaction_id,
                started_at=one.seen.started_at,
                ended_at=one.seen.ended_at,
                held=held(hold, connector, pool.power_w, credentials),
            )
        )
    return tuple(told)


def _claim_of(hold: Hold, beside: tuple[int, ...]) -> Claim:
    """Of a hold that is no claim any more, as its slot is over: what ran in it is its own."""
    return Claim(
        reservation_code=hold.reservation_code,
        driver_id=hold.driver_id,
        group_id=hold.group_id,
        connector_id=hold.connector_id,
        opens_at=hold.opens_at,
        since=hold.opens_at,
        start=hold.slot_start,
        end=hold.slot_end,
        beside=frozenset(beside),
    )
