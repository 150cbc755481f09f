"""A group's bays: all placed in one transaction, together or as many as there are, or none."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.drivers import admit, slots_booked
from activities.holds.group_quotes import Room, quoted
from activities.holds.placing import place
from contracts.alternatives import GroupAlternative
from contracts.holds import PlaceHold
from db.queries.lock_order import lock_accounts, lock_people
from db.queries.money.quotes import give_back
from db.queries.place.access import admissions_of
from db.queries.place.pool_facts import fits, pools_at
from db.queries.place.pool_locks import lock_pools
from db.queries.place.pools import decided, load_pools
from db.queries.place.sites import sites_near
from db.queries.place.terms import Versions, versions_if_open, versions_in_force, versions_of_open
from db.tables import ReservationGroup
from domain.errors import DomainError
from domain.place.admission import Admission
from domain.place.alternatives import MOST, SEARCH
from domain.place.group_offers import Member, Members, has_room, times_for_group
from domain.place.pool import neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, occupied_window
from domain.terms.drivers import check_group

_MOST_ASKED = 4 * MOST
"""Times at one site for which each of a group is asked whether they may book: who waits is answered soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAsk:
    """`asks`: one a bay, of one site and slot. `together`: all of them or none."""

    group: str
    asks: tuple[PlaceHold, ...]
    together: bool


async def place_group(session: AsyncSession, ask: GroupAsk) -> dict[str, str]:
    """Code of each reservation that got no bay → of what refused it; decided once.

    Raises the DomainError that refuses the group; nothing is kept then.
    """
    asked = select(ReservationGroup).where(ReservationGroup.id == ask.group).with_for_update()
    row = (await session.scalars(asked)).one()
    if row.placed_at is not None:
        return row.refused
    asks, codes = ask.asks, {one.code for one in ask.asks}
    policy = (await versions_in_force(session, asks[0].site_id, asks[0].now)).terms.policy
    check_group(len(asks), policy)
    await _lock_people(session, ask)
    await _lock_pools(session, asks)
    refused: dict[str, str] = {}
    reasons: list[DomainError] = []
    for one in asks:
        try:
            await place(session, one, beside=codes)
        except DomainError as reason:
            reasons.append(reason)
            refused[one.code] = reason.code
            if ask.together:
                raise
            await give_back(session, one.code)
    if len(refused) == len(asks):
        raise reasons[0]
    row.refused, row.placed_at = refused, asks[0].now
    return refused


async def group_alternatives(session: AsyncSession, ask: GroupAsk) -> tuple[GroupAlternative, ...]:
    """When and where all of the group would get a bay: here at the nearest times, then nearby at the same time.

    A quote of each bay of each is kept.
    """
    first = ask.asks[0]
    home = await versions_if_open(session, first.site_id, first.now)
    if home is None:
        return ()
    facts = await pools_at(session, [first.site_id])
    members = [Member(one.connector_type or _plug_of(facts, one.pool_id), one.needs) for one in ask.asks]
    times = await _times_here(session, ask, home, facts, members)
    return await quoted(session, ask.asks, members, _rooms(session, first, home, members, times))


async def _rooms(
    session: AsyncSession, first: PlaceHold, home: Versions, members: Members, times: Sequence[datetime]
) -> AsyncIterator[Room]:
    """Best first; the ones nearby are looked for when they are asked for."""
    for start in times:
        yield Room(there=home, slot=first.slot.moved_to(start), distance_m=0)
    distances = await sites_near(session, home.site)
    known = await versions_of_open(session, distances, first.now)
    for site_id, distance_m in distances.items():
        if site_id in known and await _has_room(session, first, known[site_id], members):
            yield Room(there=known[site_id], slot=first.slot, distance_m=distance_m)


async def _lock_people(session: AsyncSession, ask: GroupAsk) -> None:
    """All of them, in the order of `db.queries.lock_order`. Raises DriverBlocked."""
    fleets: set[str] = set()
    people: set[str] = set()
    for driver_id, fleet_id in sorted({(one.driver_id, one.fleet_id or "") for one in ask.asks}):
        try:
            admitted = await admit(
                session, driver_id=driver_id, fleet_id=fleet_id or None, now=ask.asks[0].now
            )
        except DomainError:
            if ask.together:
                raise
        else:
            fleets |= {admitted.fleet_id} if admitted.fleet_id else set()
            people |= {admitted.person_id} if admitted.person_id else set()
    await lock_people(session, people)
    await lock_accounts(session, fleets)


async def _lock_pools(session: AsyncSession, asks: Sequence[PlaceHold]) -> None:
    """At once for all bays, that are placed one by one."""
    site_id = asks[0].site_id
    wanted = {(one.pool_id, one.connector_type) for one in asks}
    known = await pools_at(session, [site_id])
    await lock_pools(session, {pool.id for pool in known if any(fits(pool, site_id, *one) for one in wanted)})


async def _times_here(
    session: AsyncSession, ask: GroupAsk, home: Versions, facts: Sequence[PoolFacts], members: Members
) -> list[datetime]:
    first, policy = ask.asks[0], home.terms.policy
    around = Slot(first.slot.start - SEARCH, first.slot.end + SEARCH)
    busy: list[Slot] = []
    if not policy.overlapping_per_driver:
        for driver_id in sorted({one.driver_id for one in ask.asks}):
            busy += await slots_booked(session, driver_id, around)
    span = occupied_window(around, policy.slots.buffer)
    seen_by = await _admissions(session, first, first.site_id)
    pools = await load_pools(
        session, _seen_for(facts, members), span, {first.site_id: policy}, first.now, seen_by
    )
    return await decided(
        session,
        pools,
        lambda seen: times_for_group(seen, members, first.slot, busy=busy, most=_MOST_ASKED),
    )


async def _has_room(session: AsyncSession, first: PlaceHold, there: Versions, members: Members) -> bool:
    policy = there.terms.policy
    facts = _seen_for(await pools_at(session, [there.site.id]), members)
    span = neighbourhood(occupied_window(first.slot, policy.slots.buffer))
    seen_by = await _admissions(session, first, there.site.id)
    pools = await load_pools(session, facts, span, {there.site.id: policy}, first.now, seen_by)
    fits = await decided(session, pools, lambda seen: has_room(seen, members, first.slot))
    return fits and len(members) <= policy.largest_group


async def _admissions(session: AsyncSession, first: PlaceHold, site_id: str) -> dict[str, Admission]:
    """As the first of them may; the others are asked when they are placed."""
    return await admissions_of(session, first.driver_id, [site_id], at=first.now, starts=first.slot.start)


def _seen_for(facts: Sequence[PoolFacts], members: Members) -> list[PoolFacts]:
    """As each plug that is wanted sees them; who takes any sees them as they are."""
    seen = [
        pool.wanted_for(plug)
        for member in members
        for plug in ((member.plug,) if member.plug or not member.needs.plugs else member.needs.plugs)
        for pool in facts
        if pool.has(plug)
    ]
    return list(dict.fromkeys(seen))


def _plug_of(facts: Sequence[PoolFacts], pool_id: str | None) -> str | None:
    return next((pool.connector_type for pool in facts if pool.id == pool_id), None)
