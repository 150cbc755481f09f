"""What a refused driver may book instead: another time here, another pool, another site."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.holds import Alternative
from db.queries.place.availability import DEFAULT_STEP, PoolLoad, load_of
from db.queries.place.sites import sites_near
from db.queries.place.terms import terms_at
from db.tables import Pool, Site
from domain.errors import DomainError
from domain.place.slots import Slot, check_slot, next_grid_start
from domain.terms.policy import Policy

MOST = 5
_OTHER_TIMES = 3
"""So that a full site still leaves room for nearby ones."""
_SEARCH = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    site: Site
    policy: Policy
    distance_m: int


async def alternatives(
    session: AsyncSession,
    *,
    site_id: str,
    pool_id: str | None,
    connector_type: str | None,
    slot: Slot,
    now: datetime,
) -> tuple[Alternative, ...]:
    """At most five: same time in other pools of the site, nearest other times, then nearby sites by distance."""
    home = await session.get(Site, site_id)
    if home is None:
        return ()
    here = Place(site=home, policy=(await terms_at(session, home, now)).policy, distance_m=0)
    pools = await _pools(session, home, connector_type or await _type_of(session, pool_id))
    own_first = sorted(pools, key=lambda p: (p.id != pool_id, -p.power_w, p.id))
    span = Slot(slot.start - _SEARCH, slot.end + _SEARCH)
    loads = await load_of(session, own_first, span, here.policy)
    same_time = [_of(here, load, slot) for load in loads if _bookable(load, slot, now)]
    found = [*same_time, *_other_times(here, loads, slot, now)]
    if len(found) < MOST:
        plug = {pool.connector_type for pool in pools} if pool_id or connector_type else set()
        found += await _nearby(session, home, plug, slot, now)
    return tuple(found[:MOST])


def _other_times(here: Place, loads: list[PoolLoad], slot: Slot, now: datetime) -> list[Alternative]:
    found: list[Alternative] = []
    for start in _starts(here.policy, slot, now):
        other = slot.moved_to(start)
        free = next((load for load in loads if _bookable(load, other, now)), None)
        if free is not None:
            found.append(_of(here, free, other))
        if len(found) == _OTHER_TIMES:
            break
    return found


def _starts(policy: Policy, slot: Slot, now: datetime) -> list[datetime]:
    """Grid starts around the wanted one, nearest first."""
    step = policy.slots.step or DEFAULT_STEP
    first = next_grid_start(max(now, slot.start - _SEARCH), policy.slots.step)
    starts = []
    while first <= slot.start + _SEARCH:
        if first != slot.start:
            starts.append(first)
        first += step
    return sorted(starts, key=lambda at: (abs(at - slot.start), at))


async def _nearby(
    session: AsyncSession, home: Site, plugs: set[str], slot: Slot, now: datetime
) -> list[Alternative]:
    found = []
    for neighbour in await sites_near(session, home):
        try:
            policy = (await terms_at(session, neighbour.site, now)).policy
        except DomainError:
            continue  # not open for booking yet
        place = Place(site=neighbour.site, policy=policy, distance_m=neighbour.distance_m)
        pools = [
            p for p in await _pools(session, neighbour.site, None) if not plugs or p.connector_type in plugs
        ]
        for load in await load_of(session, pools, slot_and_buffer(slot, policy), policy):
            if _bookable(load, slot, now):
                found.append(_of(place, load, slot))
                break
    return found


def slot_and_buffer(slot: Slot, policy: Policy) -> Slot:
    return Slot(slot.start, slot.end + policy.slots.buffer)


def _bookable(load: PoolLoad, slot: Slot, now: datetime) -> bool:
    try:
        check_slot(slot, load.policy.slots, now)
    except DomainError:
        return False
    return load.free(slot, now) > 0


async def _pools(session: AsyncSession, site: Site, connector_type: str | None) -> list[Pool]:
    statement = select(Pool).where(Pool.site_id == site.id)
    if connector_type is not None:
        statement = statement.where(Pool.connector_type == connector_type)
    return list((await session.scalars(statement.order_by(Pool.power_w.desc(), Pool.id))).all())


async def _type_of(session: AsyncSession, pool_id: str | None) -> str | None:
    if pool_id is None:
        return None
    return await session.scalar(select(Pool.connector_type).where(Pool.id == pool_id))


def _of(place: Place, load: PoolLoad, slot: Slot) -> Alternative:
    return Alternative(
        site_id=place.site.id,
        site_name=place.site.name,
        pool_id=load.pool.id,
        slot=slot,
        power_w=load.pool.power_w,
        distance_m=place.distance_m,
        reservation_fee=place.policy.reservation_fee,
    )
