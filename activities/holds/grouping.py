"""A group's bays: all placed in one transaction, together or as many as there are, or none."""

from collections.abc import Iterable, Sequence
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
from domain.place.alternatives import MOST, SEARCH
from domain.place.group_offers import Member, Members, Seats, room_for, seen_for, times_for_group
from domain.place.pool import neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.ranking import Yardstick
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
    """When and where all of the group would get a bay: here at the wanted or another time, nearby at the same time;
    ranked as all that is offered.

    A quote of each bay of each is kept.
    """
    first = ask.asks[0]
    home = await versions_if_open(session, first.site_id, first.now)
    if home is None:
        return ()
    facts = await pools_at(session, [first.site_id])
    wants = [
        Member(one.connector_type or _plug_of(facts, one.pool_id), one.needs, energy=one.energy)
        for one in ask.asks
    ]
    [members] = (await _let_in(session, ask, wants, [home])).values()
    times = await _times_here(session, ask, home, facts, members)
    here = [Room(there=home, slot=first.slot.moved_to(at), distance_m=0, seats=seats) for at, seats in times]
    rooms = [*here, *await _nearby(session, ask, home, wants)]
    away = {room.there.site.id: room.distance_m for room in rooms}
    return await quoted(
        session, ask.asks, wants, rooms, Yardstick(slot=first.slot, site_id=first.site_id, away=away)
    )


async def _nearby(session: AsyncSession, ask: GroupAsk, home: Versions, wants: Members) -> list[Room]:
    slot, rooms = ask.asks[0].slot, list[Room]()
    distances = await sites_near(session, home.site)
    known = await versions_of_open(session, distances, ask.asks[0].now)
    members = await _let_in(session, ask, wants, known.values())
    for site_id, there in known.items():
        found = await _seats(session, ask.asks[0], there, members[site_id])
        if found is not None:
            rooms.append(Room(there=there, slot=slot, distance_m=distances[site_id], seats=found))
    return rooms


async def _let_in(
    session: AsyncSession, ask: GroupAsk, wants: Members, sites: Iterable[Versions]
) -> dict[str, list[Member]]:
    """By site, as each of them is let in there; no statement where everybody is."""
    sites = list(sites)
    kept = [one.site.id for one in sites if one.access is not None]
    now, starts = ask.asks[0].now, ask.asks[0].slot.start
    drivers = {one.driver_id for one in ask.asks} if kept else set[str]()
    let_in = {
        driver_id: await admissions_of(session, driver_id, kept, at=now, starts=starts)
        for driver_id in drivers
    }
    return {
        there.site.id: [
            member._replace(admission=let_in.get(one.driver_id, {}).get(there.site.id))
            for member, one in zip(wants, ask.asks, strict=True)
        ]
        for there in sites
    }


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
) -> list[tuple[datetime, Seats]]:
    first, policy = ask.asks[0], home.terms.policy
    around = Slot(first.slot.start - SEARCH, first.slot.end + SEARCH)
    busy: list[Slot] = []
    if not policy.overlapping_per_driver:
        for driver_id in sorted({one.driver_id for one in ask.asks if not one.for_guest}):
            busy += await slots_booked(session, driver_id, around)
    span = occupied_window(around, policy.slots.buffer)
    pools = await load_pools(session, seen_for(facts, members), span, {first.site_id: policy}, first.now)
    return await decided(
        session,
        pools,
        lambda seen: times_for_group(seen, members, first.slot, busy=busy, most=_MOST_ASKED),
    )


async def _seats(session: AsyncSession, first: PlaceHold, there: Versions, members: Members) -> Seats | None:
    policy = there.terms.policy
    if len(members) > policy.largest_group:
        return None
    facts = seen_for(await pools_at(session, [there.site.id]), members)
    span = neighbourhood(occupied_window(first.slot, policy.slots.buffer))
    pools = await load_pools(session, facts, span, {there.site.id: policy}, first.now)
    whichever = [member._replace(needs=member.needs.at("")) for member in members]
    return await decided(session, pools, lambda seen: room_for(seen, whichever, first.slot))


def _plug_of(facts: Sequence[PoolFacts], pool_id: str | None) -> str | None:
    return next((pool.connector_type for pool in facts if pool.id == pool_id), None)
