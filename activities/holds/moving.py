"""Reschedule, extend and shorten: the same hold takes another window, or nothing changes."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import held, held_connector
from activities.holds.budgets import charge_moved, standing_charge
from activities.holds.drivers import credentials_of, lock_drivers_of
from activities.holds.moved_terms import is_limited, terms_of_slot, today_of
from activities.holds.new_place import expect, new_place, take_place
from activities.holds.promised import as_promised, needs_asked, note_bay, promise_noted
from activities.holds.standing import open_hold_under_lock
from activities.holds.writing import set_times, times_held
from contracts.holds import HoldDecision, MoveHold
from db.documents import needs_from_document
from db.queries.lock_order import lock_accounts
from db.queries.place.connectors import connector_of
from db.tables import Hold
from domain.place.holds import HoldTimes
from domain.place.pool_facts import PoolFacts
from domain.terms.payer import PayerKind


async def move(session: AsyncSession, ask: MoveHold) -> HoldDecision:
    """Raises UnknownReservation, BeyondTierHorizon, SlotInvalid, SiteClosed, NoAccess, NoFit, SlotUnavailable,
    UnknownBay, BayUnfit, BayTaken, BayCostsTooMuch,
    DriverBookedAlready, MembershipRequired, WeeklyHoursUsed, StayTooLong,
    PriceNotAccepted, BudgetExceeded. The hold stays as it was then.
    """
    budgeted: Collection[str] = ()
    if not ask.keep_connector or is_limited(ask):
        await lock_drivers_of(session, [ask.hold_id])
    if ask.terms is not None and ask.terms.payer.kind is PayerKind.INVOICE:
        budgeted = await lock_accounts(session, [ask.terms.payer.account])
    hold, facts = await open_hold_under_lock(session, ask.code, ask.hold_id)
    present = times_held(hold)
    if present.slot == ask.slot and await _is_at_bay(session, hold, ask):
        return await _as_it_is(session, hold, facts, ask)
    if ask.keep_connector and ask.slot.start == present.slot.start and ask.slot.end < present.slot.end:
        return await _shortened(session, hold, ask, present.moved_to(ask.slot))
    place = await new_place(session, hold, facts, ask)
    had = standing_charge(hold)
    await take_place(session, hold, ask, place)
    await charge_moved(session, hold, ask, place.terms or ask.terms, had, budgeted)
    credentials = await credentials_of(session, driver_id=hold.driver_id, code=ask.code, now=ask.now)
    connector = place.pool.connector(place.choice.connector_id)
    given = held(hold, connector, place.pool.facts.power_w, credentials)
    return HoldDecision(held=given, terms=place.terms)


async def _is_at_bay(session: AsyncSession, hold: Hold, ask: MoveHold) -> bool:
    """That is asked for. A hold that was moved off the one that was named is not, whatever it still asks for."""
    if needs_asked(hold, ask) != needs_from_document(hold.needs):
        return False
    return not ask.bay or (await connector_of(session, hold.connector_id)).bay == ask.bay


async def _as_it_is(session: AsyncSession, hold: Hold, facts: PoolFacts, ask: MoveHold) -> HoldDecision:
    today = await today_of(session, hold, facts.site_id, ask)
    terms = await terms_of_slot(session, hold, facts, ask, today, is_made=True)
    terms = as_promised(ask, terms, promise_noted(hold))
    await note_bay(session, hold, ask, needs_asked(hold, ask))
    return HoldDecision(held=await held_connector(session, hold, ask.now), terms=terms)


async def _shortened(session: AsyncSession, hold: Hold, ask: MoveHold, times: HoldTimes) -> HoldDecision:
    """Nobody is asked: what is left was promised. Others may have the rest from now on."""
    set_times(hold, times)
    expect(hold, ask.terms, ask)
    await session.flush()
    return HoldDecision(held=await held_connector(session, hold, ask.now))
