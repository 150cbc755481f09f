"""A second hold for the same reservation, or another plug of its bay: equal or better, when a connector fails.

How it differs from what was promised is told as of any alternative.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import chosen, held, held_connector
from activities.holds.drivers import credentials_of
from activities.holds.further_holds import hold_too
from activities.holds.other_times import hold_another_time, where_of
from activities.holds.standing import check_stands
from activities.holds.telling import as_replaced
from activities.holds.writing import others_moved, set_times
from contracts.holds import HeldConnector, HoldDecision, HoldReplacement
from db.queries.place.access import admissions_of
from db.queries.place.holds import hold_of_step
from db.queries.place.pool_facts import PoolsHeld, pool_of_connector, pools_at, pools_held
from db.queries.place.pool_locks import lock_pools
from db.queries.place.pools import decided, load_pools
from db.queries.place.routes import out_of_the_way
from db.queries.place.sites import site_of, sites_near
from db.queries.releasing import release
from db.tables import Hold
from domain.facts.refused_bookings import NothingEqualOrBetter
from domain.place.choice import Choice, NoPlace
from domain.place.holds import HoldTimes, times_of_rest
from domain.place.pool import Pool, neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.replacing import equal_or_better, for_replacement, lost_place
from domain.place.slots import Slot
from domain.reservation.release import ReleaseReason


class Reach(StrEnum):
    """Where is looked. A transaction each: who finds something at the site waits for nobody elsewhere."""

    SITE = "site"
    NEARBY = "nearby"
    """And at the site."""
    OTHER_TIME = "other_time"
    """At the site, when there is nothing at that time anywhere."""


async def replace_hold(session: AsyncSession, ask: HoldReplacement, reach: Reach) -> HoldDecision:
    """Raises SlotUnavailable when nothing fits; then nothing is released either."""
    before = await pools_held(session, ask.code)
    known = await hold_of_step(session, ask.code, ask.step)
    if known is not None:
        return await _as_before(session, ask, known, before)
    if reach is Reach.OTHER_TIME:
        return await hold_another_time(session, ask, before)
    found, pool = await _held(session, ask, reach, before)
    if ask.instead:
        keep = found.assignment.hold_id
        await release(session, ask.code, ReleaseReason.REROUTED, ask.now, keep_hold_id=keep)
    where = await where_of(session, ask, found.assignment.site_id, before.booked)
    instead = as_replaced(where, pool.facts, ask.slot, ask.terms, ask.slot, before.booked)
    return HoldDecision(held=found, site=where, instead=instead)


async def _as_before(
    session: AsyncSession, ask: HoldReplacement, known: Hold, before: PoolsHeld
) -> HoldDecision:
    """What an attempt that was lost has held."""
    check_stands(known)
    found = await held_connector(session, known, ask.now)
    where = await where_of(session, ask, found.assignment.site_id, before.booked)
    is_other = ask.other_times and known.slot_start != ask.slot.start
    slot = Slot(known.slot_start, known.slot_end) if is_other else None
    facts = await pool_of_connector(session, known.connector_id)
    if facts is None:
        return HoldDecision(held=found, site=where, slot=slot)
    seen = facts.wanted_for(known.plug) if known.plug else facts
    instead = as_replaced(where, seen, slot or ask.slot, ask.terms, ask.slot, before.booked)
    return HoldDecision(held=found, site=where, slot=slot, instead=instead)


async def _held(
    session: AsyncSession, ask: HoldReplacement, reach: Reach, before: PoolsHeld
) -> tuple[HeldConnector, Pool]:
    times = times_of_rest(ask.slot, ask.terms.policy, ask.now)
    facts = await _candidates(session, ask, reach, before)
    await lock_pools(session, [*(pool.id for pool in facts), *_left(ask, before)])
    own = await _own(session, ask)
    choice, pool = await _choice(session, facts, ask, times, own, before)
    connector = pool.connector(choice.connector_id)
    stays = next((hold for hold in own if hold.berth_id == connector.berth_id), None)
    if stays is not None:
        await _change_plugs(session, stays, choice, times, ask.now)
        credentials = await credentials_of(session, driver_id=ask.driver_id, code=ask.code, now=ask.now)
        return held(stays, connector, pool.facts.power_w, credentials), pool
    among = pool.ground.admitted(times.slot)
    return await hold_too(session, ask, choice, times, pool, connector, among=among), pool


async def _own(session: AsyncSession, ask: HoldReplacement) -> list[Hold]:
    """What the reservation holds, and may change for another plug of that berth. Asked again, it has."""
    if not ask.beside_too:
        return []
    its = select(Hold).where(Hold.reservation_code == ask.code, Hold.released_at.is_(None))
    return list(await session.scalars(its.order_by(Hold.id).with_for_update()))


async def _change_plugs(
    session: AsyncSession, hold: Hold, choice: Choice, times: HoldTimes, now: datetime
) -> None:
    """A second hold would exclude the first: there is one car at a time, and the berth stays held throughout."""
    async with others_moved(session, choice.moves):
        hold.connector_id, hold.pool_id, hold.plug = choice.connector_id, choice.pool_id, choice.plug
        set_times(hold, times)
        hold.locked_at = hold.locked_at or now


async def _choice(
    session: AsyncSession,
    facts: list[PoolFacts],
    ask: HoldReplacement,
    times: HoldTimes,
    own: list[Hold],
    before: PoolsHeld,
) -> tuple[Choice, Pool]:
    """At the bay that was asked for by name while there is a place, else at any. The pool is as who gets it sees it."""
    policies = {pool.site_id: ask.terms.policy for pool in facts}
    admissions = await admissions_of(session, ask.driver_id, [*policies], at=ask.now, starts=times.slot.start)
    around, whichever = neighbourhood(times.window), before.needs.at("")
    pools = await load_pools(session, facts, around, policies, ask.now, admissions, whichever)
    home = None if before.booked is None else before.booked.site_id
    if before.needs.bay and ask.only_connector_id is None:
        named = [replace(pool, needs=before.needs) for pool in pools if pool.facts.site_id == home]
        found = await _replaced(session, named, ask, times, own)
        if isinstance(found, Choice):
            return found, next(pool for pool in named if pool.facts.id == found.pool_id)
    choice = chosen(await _replaced(session, pools, ask, times, own), NothingEqualOrBetter())
    return choice, next(pool for pool in pools if pool.facts.id == choice.pool_id)


async def _replaced(
    session: AsyncSession, pools: Sequence[Pool], ask: HoldReplacement, times: HoldTimes, own: list[Hold]
) -> Choice | NoPlace:
    return await decided(
        session,
        pools,
        lambda seen: for_replacement(
            seen,
            times,
            ask.code,
            exclude=ask.exclude_connectors,
            prefer=ask.prefer_connector_id,
            only=ask.only_connector_id,
            own=[hold.id for hold in own],
        ),
    )


def _left(ask: HoldReplacement, before: PoolsHeld) -> list[str]:
    """The pool of the hold that is released with it: two who swap pools would wait for each other's holds."""
    if not ask.instead or ask.only_connector_id is None or before.last is None:
        return []
    return [before.last.id]


async def _candidates(
    session: AsyncSession, ask: HoldReplacement, reach: Reach, before: PoolsHeld
) -> list[PoolFacts]:
    """Best first; of a connector that an operator named, only its pool."""
    if ask.only_connector_id is not None:
        named = await pool_of_connector(session, ask.only_connector_id)
        plug = None if before.booked is None else before.booked.connector_type
        return [named.wanted_for(plug)] if named is not None else []
    away: Mapping[str, int] = {}
    if reach is Reach.NEARBY:
        near = await sites_near(session, await site_of(session, ask.site_id))
        away = await out_of_the_way(session, ask.code, ask.site_id, near)
    lost = lost_place(ask.slot, ask.site_id, before.last, ask.power_w, booked=before.booked, away=away)
    return equal_or_better(await pools_at(session, [ask.site_id, *away]), lost)
