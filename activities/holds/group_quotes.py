"""What each bay of a group would cost where all of it has room, kept so that it can be held to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.offered_quotes import offered_quote
from contracts.alternatives import GroupAlternative
from contracts.holds import PlaceHold
from db.queries.money.quotes import keep_offered
from db.queries.place.pools import fitting_pools
from db.queries.place.prices import at_prices
from db.queries.place.terms import Versions
from db.queries.standing import Wanted, standing_of
from db.tables import Quote
from domain.place.group_offers import Member, Members
from domain.place.slots import Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """For all of a group."""

    there: Versions
    slot: Slot
    distance_m: int


async def quoted(
    session: AsyncSession, asks: Sequence[PlaceHold], members: Members, rooms: Sequence[Room]
) -> tuple[GroupAlternative, ...]:
    """`members`: as `asks`, one a bay."""
    kept: list[Quote] = []
    found = []
    for room in rooms:
        quotes = [await _quote(session, ask, member, room) for ask, member in zip(asks, members, strict=True)]
        kept += quotes
        found.append(_alternative(room, quotes))
    await keep_offered(session, kept)
    return tuple(found)


async def _quote(session: AsyncSession, ask: PlaceHold, member: Member, room: Room) -> Quote:
    """As a booking of whichever pool has that plug would be priced at this moment."""
    there, slot = room.there, room.slot
    wanted = Wanted(driver_id=ask.driver_id, site_id=there.site.id, start=slot.start, code=ask.code)
    standing = await standing_of(session, wanted, there.terms.policy, ask.now)
    terms = there.terms.theirs(standing)
    if there.prices is not None:
        pools = await fitting_pools(
            session,
            there.site.id,
            pool_id=None,
            connector_type=member.plug,
            plugs=member.needs.plugs,
        )
        terms = await at_prices(session, terms, there.prices, pools, slot, ask.now, caller=standing.caller)
    return offered_quote(ask, there, terms, slot, pool_id=None, connector_type=member.plug)


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
    )
