"""Reschedule, extend and shorten: the same hold takes another window, or nothing changes."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import chosen, held, held_connector
from activities.holds.drivers import (
    credentials_of,
    lock_drivers_of,
    overlapping_reservation,
)
from activities.holds.standing import hold_under_lock
from activities.holds.writing import others_moved, set_times, times_held
from contracts.holds import HoldDecision, MoveHold
from db.documents import certainty_from_document, certainty_to_document, needs_from_document
from db.queries.lock_order import lock_accounts
from db.queries.place.access import admissions_of
from db.queries.place.opening import check_open
from db.queries.place.pools import decided, load_pools
from db.queries.place.prices import at_prices
from db.queries.place.sites import site_of
from db.queries.place.terms import PriceVersion, terms_at, versions_if_open
from db.queries.standing import Wanted, standing_of
from db.tables import Hold
from domain.facts.refused_bookings import HoldGivenUp, NoneFreeForNewTime
from domain.place.certainty import certainty_of
from domain.place.choice import Choice, NoPlace
from domain.place.choosing import for_extension, for_reschedule
from domain.place.holds import HoldTimes, locked_after_move
from domain.place.kept import check_access, check_maintenance
from domain.place.pool import Pool, neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.reasons import NoPlaceReason, PlaceRefused
from domain.place.slots import Slot, check_slot
from domain.settlement.agreed import expected_session
from domain.settlement.moved_prices import capped, check_prices, priced_anew
from domain.terms.accepted import Terms
from domain.terms.certainty import Certainty
from domain.terms.drivers import check_one_at_a_time
from domain.terms.fair_use import Used, check_fair_use
from domain.terms.payer import PayerKind, Standing, check_moved_membership, is_beyond_membership
from domain.terms.tiered import check_horizon, tier_of


async def move(session: AsyncSession, ask: MoveHold) -> HoldDecision:
    """Raises UnknownReservation, BeyondTierHorizon, SlotInvalid, SiteClosed, NoAccess, NoFit, SlotUnavailable,
    DriverBookedAlready, MembershipRequired, WeeklyHoursUsed, StayTooLong,
    PriceNotAccepted. The hold stays as it was then.
    """
    if not ask.keep_connector or is_limited(ask):
        await lock_drivers_of(session, [ask.hold_id])
    if ask.terms is not None and ask.terms.payer.kind is PayerKind.INVOICE:
        await lock_accounts(session, [ask.terms.payer.account])
    hold, facts = await hold_under_lock(session, ask.code, ask.hold_id)
    if hold.released_at is not None:
        raise PlaceRefused(HoldGivenUp(), NoPlaceReason.GIVEN_UP)
    present = times_held(hold)
    today = await today_of(session, hold, facts.site_id, ask)
    if present.slot == ask.slot:
        terms = await terms_of_slot(session, hold, facts, ask, today, is_made=True)
        terms = as_certain(ask, terms, certainty_from_document(hold.certainty))
        return HoldDecision(held=await held_connector(session, hold, ask.now), terms=terms)
    times = present.moved_to(ask.slot)
    if ask.keep_connector and ask.slot.start == present.slot.start and ask.slot.end < present.slot.end:
        return await _shortened(session, hold, ask, times)
    choice, pool = await choice_of(session, hold, facts, ask, times, today)
    terms = await terms_of_slot(session, hold, facts, ask, today, is_made=False)
    sure = None
    if not ask.keep_connector:
        sure = certainty_of(pool.without(hold.id), ask.slot, ask.code, choice.connector_id)
        terms = as_certain(ask, terms, sure)
    found = pool.ground.admitted(times.slot)
    among = None if found is None else sorted(found)
    async with others_moved(session, choice.moves):
        hold.connector_id = choice.connector_id
        set_times(hold, times)
        hold.among = among
        if sure is not None:
            hold.certainty = certainty_to_document(sure)
        hold.locked_at = locked_after_move(hold.locked_at, keeps_connector=ask.keep_connector)
        if hold.account_fleet is not None and (valid := terms or ask.terms) is not None:
            hold.account_minor = expected_session(valid, ask.slot).minor
    credentials = await credentials_of(session, driver_id=hold.driver_id, code=ask.code, now=ask.now)
    connector = pool.connector(choice.connector_id)
    return HoldDecision(held=held(hold, connector, pool.facts.power_w, credentials), terms=terms)


async def would_move(session: AsyncSession, hold: Hold, facts: PoolFacts, ask: MoveHold) -> Terms | None:
    """The terms of the slot, as `move` would answer at this moment; None: as they were. Nothing is locked or changed.

    Raises as that.
    """
    today = await today_of(session, hold, facts.site_id, ask)
    await choice_of(session, hold, facts, ask, times_held(hold).moved_to(ask.slot), today)
    return await terms_of_slot(session, hold, facts, ask, today, is_made=False)


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


def as_certain(ask: MoveHold, terms: Terms | None, sure: Certainty | None) -> Terms | None:
    """Another slot is promised anew; with a longer one it stays as it was. None: they are as they were."""
    valid = terms or ask.terms
    if ask.keep_connector or sure is None or valid is None or valid.certainty == sure:
        return terms
    return replace(valid, certainty=sure)


async def _shortened(session: AsyncSession, hold: Hold, ask: MoveHold, times: HoldTimes) -> HoldDecision:
    """Nobody is asked: what is left was promised. Others may have the rest from now on."""
    set_times(hold, times)
    if hold.account_fleet is not None and ask.terms is not None:
        hold.account_minor = expected_session(ask.terms, ask.slot).minor
    await session.flush()
    return HoldDecision(held=await held_connector(session, hold, ask.now))


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
    """None: as they were. `beside`: as of `choice_of`. `is_made`: by an attempt that was lost, for prices that were
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


async def choice_of(
    session: AsyncSession,
    hold: Hold,
    facts: PoolFacts,
    ask: MoveHold,
    times: HoldTimes,
    today: Today,
    *,
    beside: Collection[int] = (),
) -> tuple[Choice, Pool]:
    """`beside`: holds that leave their places with it. Raises as `move`."""
    terms = await check_moved(session, hold, facts, ask, today)
    around = neighbourhood(times.window)
    admissions = await admissions_of(
        session, hold.driver_id, [facts.site_id], at=ask.now, starts=times.slot.start
    )
    needs = needs_from_document(hold.needs)
    policies = {facts.site_id: terms.policy}
    pools = await load_pools(session, [facts], around, policies, ask.now, admissions, needs)

    def choose(pool: Pool) -> Choice | NoPlace:
        if ask.keep_connector:
            return for_extension(pool, times, ask.code, hold_id=hold.id, connector_id=hold.connector_id)
        return for_reschedule(pool, times, ask.code, hold_id=hold.id, beside=beside)

    found = await decided(session, pools, lambda seen: choose(seen[0]))
    check_access(found, pools, times.slot)
    check_maintenance(found)
    return chosen(found, NoneFreeForNewTime()), pools[0]
