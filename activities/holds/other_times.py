"""Another time for who loses their place, held while they are asked: the one that a refusal would offer first."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import chosen, whereabouts
from activities.holds.drivers import slots_booked
from activities.holds.further_holds import hold_too
from activities.holds.telling import as_replaced
from contracts.holds import HoldDecision, HoldReplacement
from db.queries.lock_order import lock_drivers
from db.queries.place.access import admissions_of
from db.queries.place.opening import is_open, opens_after
from db.queries.place.pool_facts import PoolsHeld, pools_at
from db.queries.place.pool_locks import lock_pools
from db.queries.place.pools import decided, load_pools
from db.queries.place.sites import site_of
from db.tables import Hold
from domain.facts.refused_bookings import NothingEqualOrBetter
from domain.place.alternatives import Offer, search_around, times_instead
from domain.place.choosing import booking_wish
from domain.place.holds import times_of
from domain.place.pool import Pool
from domain.place.pool_facts import PoolFacts
from domain.place.reasons import NoPlaceReason, PlaceRefused
from domain.place.replacing import equal_or_better, lost_place
from domain.place.slots import Slot, occupied_window
from domain.reservation.proposal import first_time_to_ask_about
from domain.whereabouts import Whereabouts


async def hold_another_time(session: AsyncSession, ask: HoldReplacement, before: PoolsHeld) -> HoldDecision:
    """Equal or better, at the site where it is, at the prices that were accepted. Raises SlotUnavailable.

    What else the driver books waits: they cannot be at two places at that time.
    """
    await lock_drivers(session, [ask.driver_id])
    lost = lost_place(ask.slot, ask.site_id, before.last, ask.power_w, booked=before.booked)
    facts = equal_or_better(await pools_at(session, [ask.site_id]), lost)
    await lock_pools(session, [pool.id for pool in facts])
    offer = await _offered(session, ask, facts, before)
    wish = booking_wish(offer.pool, offer.slot, ask.code)
    choice = chosen(
        await decided(session, [offer.pool], lambda seen: seen[0].choose(wish)), NothingEqualOrBetter()
    )
    whole = replace(offer.pool, named=None)
    found = await hold_too(
        session,
        ask,
        choice,
        times_of(offer.slot, ask.terms.policy),
        offer.pool,
        whole.connector(choice.connector_id),
        among=whole.ground.admitted(offer.slot),
    )
    where = await where_of(session, ask, offer.pool.facts.site_id, before.booked)
    return HoldDecision(
        held=found,
        site=where,
        slot=offer.slot,
        instead=as_replaced(where, offer.pool.facts, offer.slot, ask.terms, ask.slot, before.booked),
    )


async def where_of(
    session: AsyncSession, ask: HoldReplacement, site_id: str, booked: PoolFacts | None
) -> Whereabouts:
    """Measured from the site that was booked, also of a driver who is moved again."""
    home = await site_of(session, booked.site_id if booked is not None else ask.site_id)
    return whereabouts(await site_of(session, site_id), home)


async def _offered(
    session: AsyncSession, ask: HoldReplacement, facts: list[PoolFacts], before: PoolsHeld
) -> Offer:
    """Raises PlaceRefused."""
    if not facts:
        raise PlaceRefused(NothingEqualOrBetter(), NoPlaceReason.NOTHING_EQUAL_OR_BETTER)
    hours, policy = facts[0].hours, ask.terms.policy
    opens = None if is_open(hours, ask.slot) else opens_after(hours, ask.slot)
    search = search_around(ask.slot, opens)
    span = occupied_window(Slot(search.start, search.end + ask.slot.length), policy.slots.buffer)
    site = ask.site_id
    admissions = await admissions_of(session, ask.driver_id, [site], at=ask.now, starts=ask.slot.start)
    whichever = before.needs.at("")
    pools = await load_pools(session, facts, span, {site: policy}, ask.now, admissions, whichever)
    busy = await _busy(session, ask, search)

    def offers(seen: Sequence[Pool]) -> list[Offer]:
        return times_instead(
            seen,
            ask.slot,
            exclude=ask.exclude_connectors,
            earliest=first_time_to_ask_about(policy, ask.now),
            busy=busy,
            around=search,
        )

    found = await decided(session, pools, offers)
    if not found:
        raise PlaceRefused(NothingEqualOrBetter(), NoPlaceReason.NOTHING_EQUAL_OR_BETTER)
    return found[0]


async def _busy(session: AsyncSession, ask: HoldReplacement, search: Slot) -> tuple[Slot, ...]:
    """When the driver is elsewhere."""
    theirs = select(Hold.for_guest).where(Hold.reservation_code == ask.code).order_by(Hold.id).limit(1)
    if ask.terms.policy.overlapping_per_driver or await session.scalar(theirs):
        return ()
    return await slots_booked(session, ask.driver_id, search, but=ask.code)
