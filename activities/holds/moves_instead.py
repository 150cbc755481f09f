"""Which other slot a reservation could take instead of one that was refused: by the rule that will decide it."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import whereabouts
from activities.holds.drivers import slots_booked
from activities.holds.new_place import held_beside, new_place
from activities.holds.promised import needs_asked, seen_by
from activities.holds.telling import certainty_of_offer, told
from activities.holds.writing import times_held
from contracts.alternatives import Alternative
from contracts.holds import MoveHold
from db.queries.place.access import admissions_of
from db.queries.place.opening import is_open, opens_after
from db.queries.place.pool_facts import pool_of_hold
from db.queries.place.pools import decided, load_pools
from db.queries.place.sites import site_of
from db.tables import Hold
from domain.errors import DomainError
from domain.money.amount import Money
from domain.place.alternatives import Offer, offers_here, search_around, shorter_here
from domain.place.pool import Pool
from domain.place.pool_facts import PoolFacts
from domain.place.ranking import Yardstick
from domain.place.slots import Slot, occupied_window
from domain.settlement.moved_prices import AcceptedPrices
from domain.terms.accepted import Terms


async def other_slots(session: AsyncSession, ask: MoveHold, terms: Terms) -> tuple[Alternative, ...]:
    """Best first; each would be taken at this moment by the same action. `terms`: as they were accepted.

    A reschedule may take another time in its pool, an extension end earlier at its connector: its own place counts as
    free, as does another one that is held beside it while they are asked whether to move there. Nothing is locked or
    kept.
    """
    mine = (Hold.reservation_code == ask.code, Hold.released_at.is_(None))
    hold = (await session.scalars(select(Hold).where(*mine).order_by(Hold.id).limit(1))).first()
    if hold is None:
        return ()
    facts = await pool_of_hold(session, hold)
    ask = replace(ask, hold_id=hold.id, terms=terms, accepted=_whatever(terms.policy.currency))
    offers = await _offers(session, hold, facts, ask, terms)
    site = whereabouts(await site_of(session, facts.site_id))
    found = []
    for offer in offers:
        try:
            theirs = (await new_place(session, hold, facts, _asking_for(offer, hold, ask))).terms
        except DomainError:
            continue
        own = replace(theirs or terms, certainty=certainty_of_offer(offer))
        found.append(told(offer, own, site, distance_m=0, wanted=ask.slot, as_wanted=terms))
    return tuple(found)


def _asking_for(offer: Offer, hold: Hold, ask: MoveHold) -> MoveHold:
    """Which bay it is has to be said where one was named."""
    return replace(ask, slot=offer.slot, bay=offer.pool.needs.bay if needs_asked(hold, ask).bay else ask.bay)


async def _offers(
    session: AsyncSession, hold: Hold, facts: PoolFacts, ask: MoveHold, terms: Terms
) -> Sequence[Offer]:
    opens = None if is_open(facts.hours, ask.slot) else opens_after(facts.hours, ask.slot)
    search = search_around(ask.slot, opens)
    span = occupied_window(Slot(search.start, search.end + ask.slot.length), terms.policy.slots.buffer)
    admissions = await admissions_of(
        session, hold.driver_id, [facts.site_id], at=ask.now, starts=ask.slot.start
    )
    policies = {facts.site_id: terms.policy}
    loaded = await load_pools(session, [facts], span, policies, ask.now, admissions)
    pools = [seen_by(pool, hold, ask) for pool in loaded]
    asked_about = await held_beside(session, hold, ask)
    busy = await _busy(session, hold, search, terms)

    def offers(seen: Sequence[Pool]) -> list[Offer]:
        if ask.keep_connector:
            return shorter_here(
                seen[0],
                times_held(hold),
                ask.slot.end,
                ask.code,
                hold_id=hold.id,
                connector_id=hold.connector_id,
            )
        own, present = seen[0].without(hold.id, *asked_about), Slot(hold.slot_start, hold.slot_end)
        wanted = Yardstick(slot=ask.slot, site_id=facts.site_id, pool_id=facts.id, power_w=facts.power_w)
        found = offers_here(
            [replace(own, needs=own.needs.at(""))],
            wanted,
            busy=busy,
            around=search,
            named=[own] if own.needs.bay else (),
        )
        other = [offer for offer in found if offer.slot != present and offer.opens is None]
        return sorted(other, key=lambda offer: wanted.rank(offer.pool.facts, offer.slot))

    return await decided(session, pools, offers)


def _whatever(currency: str) -> AcceptedPrices:
    """Who takes what is offered accepts the prices that it is offered for."""
    any_price = Money(2**31 - 1, currency)
    return AcceptedPrices(energy_per_kwh=any_price, time_per_minute=any_price)


async def _busy(session: AsyncSession, hold: Hold, search: Slot, terms: Terms) -> tuple[Slot, ...]:
    """When the driver is elsewhere."""
    if hold.for_guest or terms.policy.overlapping_per_driver:
        return ()
    return await slots_booked(session, hold.driver_id, search, but=hold.reservation_code)
