"""What each bay of a group would cost where all of it has room and may book, kept so that it can be held to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.drivers import booked_by, check_may_book
from activities.holds.offered_quotes import offered_quote
from contracts.alternatives import GroupAlternative
from contracts.holds import HoldStep, PlaceHold
from db.queries.money.quotes import keep_offered
from db.queries.place.pool_facts import fitting_pools
from db.queries.place.prices import at_prices
from db.queries.place.terms import Versions
from db.queries.standing import Wanted
from db.tables import Quote
from domain.errors import DomainError
from domain.place.alternatives import MOST
from domain.place.certainty import least_of
from domain.place.group_offers import Member, Members, Seats, all_kept
from domain.place.ranking import Nearness, Yardstick, in_turns
from domain.place.slots import Slot
from domain.terms.fair_use import Used
from domain.terms.payer import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """For all of a group. `seats`: of its members."""

    there: Versions
    slot: Slot
    distance_m: int
    seats: Seats


async def quoted(
    session: AsyncSession,
    asks: Sequence[PlaceHold],
    members: Members,
    rooms: Iterable[Room],
    wanted: Yardstick,
) -> tuple[GroupAlternative, ...]:
    """At most MOST that each of them may book, best first. `members`: as `asks`, one a bay."""

    def near(room: Room) -> Nearness:
        return wanted.nearness(room.there.site.id, room.slot)

    found: list[tuple[Room, list[Quote]]] = []
    for room in in_turns(sorted(rooms, key=near), lambda one: one.slot == wanted.slot):
        try:
            quotes = [
                await _quote(session, asks, number, member, room) for number, member in enumerate(members)
            ]
        except DomainError:
            continue
        found.append((room, quotes))
        if len(found) == MOST:
            break
    found.sort(key=lambda each: near(each[0]))
    await keep_offered(session, [quote for _, quotes in found for quote in quotes])
    return tuple(_alternative(room, quotes) for room, quotes in found)


async def _quote(
    session: AsyncSession, asks: Sequence[PlaceHold], number: int, member: Member, room: Room
) -> Quote:
    """As a booking of whichever pool has that plug would be priced at this moment; of the pool that was found, where it
    is to give an energy, which another one may not. Raises what would refuse it.
    """
    there, slot, ask = room.there, room.slot, asks[number]
    wanted = Wanted(driver_id=ask.driver_id, site_id=there.site.id, start=slot.start, code=ask.code)
    booked = await booked_by(session, wanted, slot, there.terms.policy, step=HoldStep.BOOK, now=ask.now)
    before = sum(one.driver_id == ask.driver_id for one in asks[:number])
    standing = _after(booked.standing, room, before)
    terms = there.terms.theirs(standing)
    if ask.for_guest or (
        booked.overlapping is not None and booked.overlapping.code in {a.code for a in asks}
    ):
        booked = replace(booked, overlapping=None)
    pool_id = None if member.energy is None else room.seats[number].facts.id
    await check_may_book(
        session, wanted, replace(booked, standing=standing), terms, slot, ask.now, pool_id=pool_id
    )
    if there.prices is not None:
        pools = await fitting_pools(
            session,
            there.site.id,
            pool_id=pool_id,
            connector_type=member.plug,
            plugs=member.needs.plugs,
        )
        terms = await at_prices(session, terms, there.prices, pools, slot, ask.now, caller=standing.caller)
    terms = replace(terms, certainty=least_of(room.seats[number], slot))
    bay = member.needs.bay if there.site.id == ask.site_id else ""
    return offered_quote(ask, there, terms, slot, pool_id=pool_id, connector_type=member.plug, bay=bay)


def _after(standing: Standing, room: Room, bays: int) -> Standing:
    """Once the driver has so many bays of the group."""
    used = Used(site_id=room.there.site.id, start=room.slot.start, end=room.slot.end)
    return replace(
        standing, ends=standing.ends + bays * (room.slot.end,), used=standing.used + bays * (used,)
    )


def _alternative(room: Room, quotes: Sequence[Quote]) -> GroupAlternative:
    site = room.there.site
    return GroupAlternative(
        site_id=site.id,
        site_name=site.name,
        site_address=site.address,
        slot=room.slot,
        distance_m=room.distance_m,
        quotes=tuple(quote.id for quote in quotes),
        plugs=tuple(quote.connector_type for quote in quotes),
        bays=tuple(quote.bay for quote in quotes),
        pools=tuple(quote.pool_id for quote in quotes),
        certainty=all_kept(least_of(pool, room.slot) for pool in room.seats),
    )
