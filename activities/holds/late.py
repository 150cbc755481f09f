"""A latecomer is held what is free: by the same rule by which the gate has told them how long they may stay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import held_connector
from activities.holds.further_holds import hold_too
from activities.holds.standing import check_stands
from contracts.holds import HoldDecision, HoldReplacement
from db.queries.place.access import admissions_of
from db.queries.place.holds import NextHold, hold_of_step, holds_to_come
from db.queries.place.pool_facts import PoolsHeld, pool_of_connector, pools_at, pools_held
from db.queries.place.pool_locks import lock_pools
from db.queries.place.pools import load_pools
from domain.charging.guests import NoStay, stay_ends
from domain.facts.refused_bookings import NothingEqualOrBetter
from domain.place.choice import Choice
from domain.place.connectors import PoolConnector
from domain.place.holds import HoldTimes, times_of_rest
from domain.place.pool import Pool, neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.reasons import NoPlaceReason, PlaceRefused
from domain.place.replacing import equal_or_better, lost_place
from domain.place.slots import Slot


@dataclass(frozen=True, slots=True)
class _Free:
    pool: Pool
    connector: PoolConnector
    times: HoldTimes


async def hold_what_is_free(session: AsyncSession, ask: HoldReplacement) -> HoldDecision:
    """On the preferred connector, else at the bay that they asked for by name, else where they can stay longest. `slot`
    of the answer: what they are held for.

    Nobody is moved for them. Raises SlotUnavailable when no connector of the site is free to begin a stay on; or, of
    who charges already, that one is not: a second bay would stand empty for them.
    """
    known = await hold_of_step(session, ask.code, ask.step)
    if known is not None:
        check_stands(known)
        slot = Slot(known.slot_start, known.slot_end)
        return HoldDecision(held=await held_connector(session, known, ask.now), slot=slot)
    before = await pools_held(session, ask.code)
    free = _best(await _free(session, ask, before), ask.prefer_connector_id, _named(ask, before))
    choice = Choice(pool_id=free.pool.facts.id, connector_id=free.connector.id, plug=free.pool.plug)
    found = await hold_too(session, ask, choice, free.times, free.pool, free.connector)
    return HoldDecision(held=found, slot=free.times.slot)


def _named(ask: HoldReplacement, before: PoolsHeld) -> str:
    """A name is of the site that was booked."""
    return before.needs.bay if before.booked is not None and before.booked.site_id == ask.site_id else ""


def _best(free: Sequence[_Free], prefer: int | None, named: str) -> _Free:
    if not free:
        raise PlaceRefused(NothingEqualOrBetter(), NoPlaceReason.NOTHING_EQUAL_OR_BETTER)
    preferred = next((one for one in free if one.connector.id == prefer), None)
    at_bay = [one for one in free if named and one.connector.bay == named]
    return preferred or max(at_bay or free, key=lambda one: one.times.slot.end)  # of equal ones, the first


async def _free(session: AsyncSession, ask: HoldReplacement, before: PoolsHeld) -> list[_Free]:
    """Connectors that nobody's reservation keeps from them; best pools first."""
    facts = await _sought(session, ask, before)
    await lock_pools(session, [pool.id for pool in facts])
    around = neighbourhood(times_of_rest(ask.slot, ask.terms.policy, ask.now).window)
    policies = {ask.site_id: ask.terms.policy}
    admissions = await admissions_of(session, ask.driver_id, [ask.site_id], at=ask.now, starts=ask.now)
    pools = await load_pools(session, facts, around, policies, ask.now, admissions, before.needs.at(""))
    to_come = await holds_to_come(session, [c.berth_id for pool in pools for c in pool.connectors], ask.now)
    found = []
    for pool, connector in _candidates(ask, pools):
        times = _times_of_stay(ask, [hold for hold in to_come if hold.berth_id == connector.berth_id])
        if times is not None and not pool.ground.is_maintained(connector.id, times.slot):
            found.append(_Free(pool, connector, times))
    return [one for one in found if ask.only_connector_id is not None or _admits(one)]


async def _sought(session: AsyncSession, ask: HoldReplacement, before: PoolsHeld) -> list[PoolFacts]:
    """As good as what was booked; where they charge it is what it is."""
    if ask.only_connector_id is not None:
        there = await pool_of_connector(session, ask.only_connector_id)
        return [there] if there is not None and there.site_id == ask.site_id else []
    lost = lost_place(ask.slot, ask.site_id, before.last, ask.power_w)
    return equal_or_better(await pools_at(session, [ask.site_id]), lost)


def _candidates(ask: HoldReplacement, pools: Sequence[Pool]) -> Iterator[tuple[Pool, PoolConnector]]:
    """Those that work and nobody is on; where they charge already, that one."""
    each = [(pool, connector) for pool in pools for connector in pool.connectors]
    if ask.only_connector_id is not None:
        yield from (one for one in each if one[1].id == ask.only_connector_id)
        return
    standing = {connector.berth_id for _, connector in each if connector.id == ask.prefer_connector_id}
    for pool in pools:
        for connector in pool.offering(pool.working):
            # Where they stand, a cable without a transaction may be their own.
            if not connector.is_taken_from(ask.code, trust_status=connector.berth_id not in standing):
                yield pool, connector


def _admits(one: _Free) -> bool:
    among = one.pool.ground.among(one.times.slot)
    return among is None or one.connector.id in among


def _times_of_stay(ask: HoldReplacement, to_come: Sequence[NextHold]) -> HoldTimes | None:
    """`to_come`: all holds of the berth whose slot and buffer have not ended. None: no stay may begin there now."""
    holds = [hold for hold in to_come if hold.end > ask.now]
    others = [hold.as_next for hold in holds if hold.driver_id != ask.driver_id]
    own_next = min((hold.start for hold in holds if hold.driver_id == ask.driver_id), default=ask.slot.end)
    end = stay_ends(others, min(ask.slot.end, own_next), ask.now)
    if isinstance(end, NoStay) or end is None or end <= ask.now:
        return None
    rest = times_of_rest(Slot(ask.slot.start, end), ask.terms.policy, ask.now)
    before = max((hold.until for hold in to_come if hold.end <= ask.now), default=ask.now)
    return rest.between(before, min((hold.start for hold in holds), default=None))
