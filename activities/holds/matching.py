"""A reservation's sessions found, marked as priced by it, and followed by its hold: in the caller's transaction.

Whose a session is stands in `domain.charging.matching`. A hold follows to the connector where the driver charges when
nobody else is promised any of its time there; else it is given back: who charges elsewhere does not keep a place.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import TSTZRANGE
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import held
from activities.holds.consecutive import next_slot_ends, there_already
from activities.holds.drivers import credentials_of
from contracts.holds import OwnSession
from contracts.matching import MatchedSessions, MatchSessions
from db.queries.charging.claims import FoundSession, adopt, claims_of, sessions_near
from db.queries.charging.unplaced import may_be_theirs
from db.queries.place.connectors import beside_of, connector_of
from db.queries.place.pools import lock_pools, pool_of_connector
from db.tables import Connector, Hold, Pool
from domain.charging.matching import Claim, Standing, match
from domain.reservation.release import ReleaseReason


async def match_sessions(session: AsyncSession, ask: MatchSessions) -> MatchedSessions:
    """Of a reservation that never held anything: none."""
    its = select(Hold).where(Hold.reservation_code == ask.code)
    if ask.hold_id is not None:  # there may be a newer one that it does not have, or not yet
        its = its.where(Hold.id == ask.hold_id)
    hold = await session.scalar(its.order_by(Hold.id.desc()).limit(1))
    if hold is None:
        return MatchedSessions()
    if ask.stay is not None:
        return MatchedSessions(goes_on_until=await next_slot_ends(session, hold, ask.stay))
    return await own_sessions(session, hold, ask)


async def own_sessions(
    session: AsyncSession, hold: Hold, ask: MatchSessions, *, locking: bool = False
) -> MatchedSessions:
    """Those of the hold's reservation, oldest first; `hold` is where the last one runs, or was given back.

    `locking`: it is being locked, so that a walk-in of its driver becomes its own.
    """
    pool = await session.get_one(Pool, hold.pool_id)
    locked_at = hold.locked_at or (ask.now if locking else hold.opens_at)
    since = max(min(hold.opens_at, locked_at), hold.placed_at)
    claims = await claims_of(session, driver_id=hold.driver_id, site_id=pool.site_id, at=hold.opens_at)
    own = next((claim for claim in claims if claim.reservation_code == ask.code), None)
    own = own or _claim_of(hold, await beside_of(session, hold.connector_id))
    # Its workflow asks, so it is paid and not over, whatever is shown to people so far.
    own = replace(own, since=since, standing=Standing.OPEN)
    found = await sessions_near(
        session,
        code=ask.code,
        driver_id=hold.driver_id,
        site_id=pool.site_id,
        claim=own,
    )
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
        await _follow(session, hold, running[-1].seen.connector_id, ask)
    there = () if mine else await there_already(session, own, others, [one.seen for one in found])
    nobody = not (mine or there or ask.only_running or locking)
    unplaced = await _unplaced(session, hold, pool.site_id, since, ask.now) if nobody else None
    return MatchedSessions(sessions=await _told(session, hold, mine, ask), there=there, unplaced=unplaced)


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


async def _follow(session: AsyncSession, hold: Hold, connector_id: int, ask: MatchSessions) -> None:
    if hold.connector_id == connector_id:
        return
    pool = await pool_of_connector(session, connector_id)
    if pool is None:
        return
    await lock_pools(session, {pool.id, hold.pool_id})
    if await _is_promised(session, hold, connector_id):
        hold.released_at, hold.release_reason = ask.now, ReleaseReason.CHARGES_ELSEWHERE
    else:
        hold.connector_id, hold.pool_id = connector_id, pool.id
        hold.locked_at = hold.locked_at or ask.now
    await session.flush()


async def _is_promised(session: AsyncSession, hold: Hold, connector_id: int) -> bool:
    """Its berth, to anybody, in the hold's time. The columns are the exclusion constraint's indexed expression."""
    at = func.int8range(literal_column("berth_id"), literal_column("berth_id"), "[]")
    berth_id = await session.scalar(select(Connector.berth_id).where(Connector.id == connector_id))
    overlaps = (
        at.op("&&")(func.int8range(berth_id, berth_id, "[]")),
        Hold.during.op("&&")(func.tstzrange(hold.during.lower, hold.during.upper, type_=TSTZRANGE)),
        Hold.released_at.is_(None),
        Hold.id != hold.id,
    )
    return bool(await session.scalar(select(exists().where(*overlaps))))


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
        since=hold.opens_at,
        start=hold.slot_start,
        end=hold.slot_end,
        beside=frozenset(beside),
    )
