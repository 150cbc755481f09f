"""What the rules and prices say of another slot for a hold, whatever is free there: for moves, swaps and offers."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.drivers import overlapping_reservation
from contracts.holds import MoveHold
from db.queries.place.opening import check_open
from db.queries.place.prices import at_prices
from db.queries.place.sites import site_of
from db.queries.place.terms import PriceVersion, terms_at, versions_if_open
from db.queries.standing import Wanted, standing_of
from db.tables import Hold
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, check_slot
from domain.settlement.moved_prices import capped, check_prices, priced_anew
from domain.terms.accepted import Terms
from domain.terms.drivers import check_one_at_a_time
from domain.terms.fair_use import Used, check_fair_use
from domain.terms.payer import Standing, check_moved_membership, is_beyond_membership
from domain.terms.tiered import check_horizon, tier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What a booking of the new slot would be subject to. `terms`: of the tier that the driver has then, of nobody's
    payer; None: of no matter. `standing`: empty where nothing goes by it."""

    terms: Terms | None = None
    prices: PriceVersion | None = None
    standing: Standing = field(default_factory=Standing)


def is_limited(ask: MoveHold) -> bool:
    """Does it matter how much else the person has booked?"""
    return ask.terms is not None and ask.terms.policy.fair_use.counts_since(ask.slot.start) is not None


async def today_of(session: AsyncSession, hold: Hold, site_id: str, ask: MoveHold) -> Today:
    accepted = ask.terms
    if accepted is None:
        return Today()
    wanted = Wanted(driver_id=hold.driver_id, site_id=site_id, start=ask.slot.start, code=ask.code)
    if ask.keep_connector:
        limited = is_limited(ask)
        known = await standing_of(session, wanted, accepted.policy, ask.now) if limited else Standing()
        return Today(standing=known)
    found = await versions_if_open(session, site_id, ask.now)
    terms = found.terms if found is not None else accepted
    prices = None if found is None else found.prices
    by_caller = accepted.tier or terms.policy.tiers or (prices is not None and prices.rules.knows_groups)
    standing = Standing()
    if by_caller or is_limited(ask) or is_beyond_membership(accepted.payer, ask.slot.start):
        standing = await standing_of(session, wanted, accepted.policy, ask.now)
        terms = terms.of_tier(tier_of(terms.policy, standing.caller.tiers))
    today = None if found is None else terms
    return Today(terms=today, prices=prices, standing=standing)


async def terms_of_slot(
    session: AsyncSession,
    hold: Hold,
    facts: PoolFacts,
    ask: MoveHold,
    today: Today,
    *,
    is_made: bool,
    beside: Collection[int] = (),
) -> Terms | None:
    """None: as they were. `beside`: as of `new_place`. `is_made`: by an attempt that was lost, for prices that were
    accepted then.
    """
    if ask.terms is None or today.terms is None:
        return None
    priced = await at_prices(
        session,
        today.terms,
        today.prices,
        [facts],
        ask.slot,
        ask.now,
        caller=today.standing.caller,
        leaving=(hold.id, *beside),
    )
    moved = priced_anew(ask.terms, priced)
    if is_made:
        moved = capped(ask.terms, moved, ask.accepted)
    else:
        check_prices(ask.terms, moved, ask.accepted)
    return None if moved == ask.terms else moved


def _check_slot(accepted: Terms, today: Today, ask: MoveHold, pool_id: str) -> None:
    """By the rules that were accepted; how far ahead, by those of the tier that the driver has at the new time."""
    rules, start = accepted.policy.slots.of(pool_id), ask.slot.start
    if today.terms is not None and today.terms.tier != accepted.tier:
        check_horizon(today.terms.policy, start, ask.now)
        rules = replace(rules, horizon=today.terms.policy.slots.horizon)
    else:
        check_horizon(accepted.policy, start, ask.now)
    check_slot(ask.slot, rules, ask.now, accepted.site_zone)
    check_moved_membership(accepted.payer, start, member=today.standing.member)


def _asked_anew(hold: Hold, ask: MoveHold) -> Slot:
    """Of an extension only what is added: hours may have changed since the slot was booked."""
    longer = ask.keep_connector and ask.slot.end > hold.slot_end
    return Slot(hold.slot_end, ask.slot.end) if longer else ask.slot


async def check_moved(
    session: AsyncSession, hold: Hold, facts: PoolFacts, ask: MoveHold, today: Today
) -> Terms:
    """All that does not depend on what is free. The terms that count for it. Raises as `move`."""
    terms = ask.terms or await terms_at(session, await site_of(session, facts.site_id), ask.now)
    if not ask.keep_connector:
        _check_slot(terms, today, ask, facts.id)
        overlapping = await overlapping_reservation(
            session, driver_id=hold.driver_id, slot=ask.slot, code=ask.code
        )
        check_one_at_a_time(None if hold.for_guest else overlapping, terms.policy)
    if ask.slot.end > hold.slot_end or not ask.keep_connector:
        asked = Used(site_id=facts.site_id, start=ask.slot.start, end=ask.slot.end)
        check_fair_use(terms.policy.fair_use, asked, terms.site_zone, today.standing.used)
    check_open(facts.hours, _asked_anew(hold, ask))
    return terms
