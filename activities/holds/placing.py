"""Booking: a slot becomes the driver's, on the best connector of the pool."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import chosen, decision, held, whereabouts
from activities.holds.budgets import charge
from activities.holds.drivers import (
    Admitted,
    Booked,
    Opening,
    admit,
    booked_by,
    check_may_book,
    issued,
)
from activities.holds.quoting import Offered, offered
from activities.holds.writing import OnAccount, promise
from contracts.holds import HoldDecision, HoldStep, PlaceHold
from db.documents import certainty_from_document, named_bay_from_document
from db.queries.lock_order import lock_people
from db.queries.money.budgets import booked_on
from db.queries.place.bays import bays_of
from db.queries.place.opening import check_open, hours_of
from db.queries.place.pool_facts import fitting_pools
from db.queries.place.pool_locks import lock_pools_of
from db.queries.place.pools import decided, load_pools
from db.queries.place.prices import at_prices, priced_by
from db.queries.standing import Wanted
from db.tables import Hold
from domain.errors import BookingTooLate
from domain.facts.refused_bookings import BookingGivenUp, NoConnectorFree
from domain.place.admission import Admission
from domain.place.bay_by_name import check_bay, check_cost, named_bay, pools_with
from domain.place.certainty import certainty_of
from domain.place.choice import Choice
from domain.place.choosing import for_booking
from domain.place.holds import times_of
from domain.place.kept import check_access, check_maintenance
from domain.place.lengths import taking
from domain.place.pool import Pool, neighbourhood
from domain.place.slots import Slot
from domain.settlement.agreed import expected_session
from domain.terms.accepted import Terms
from domain.terms.access_rules import Caller
from domain.terms.drivers import check_still_theirs, is_by_fleet
from domain.terms.named_bay import NamedBay
from domain.terms.payer import Payer, PayerKind, payer_of


async def place(session: AsyncSession, ask: PlaceHold, *, beside: Collection[str] = ()) -> HoldDecision:
    """Raises the DomainError of whatever rule refuses; nothing is kept then.

    `beside`: codes of the group that it belongs to, which its driver may have at the same time.
    """
    found = await offered(session, ask)
    customer = await _admitted(session, ask)
    wanted = Wanted(driver_id=ask.driver_id, site_id=found.site.id, start=ask.slot.start, code=ask.code)
    booked = await booked_by(session, wanted, ask.slot, found.terms.policy, step=HoldStep.BOOK, now=ask.now)
    terms = found.terms.theirs(booked.standing, quoted=ask.quote is not None)
    if booked.hold_id is not None:
        return await _placed_before(session, ask, found, booked, terms, customer)
    check_still_theirs(ask, customer.fleet_id)
    other = booked.overlapping
    if ask.for_guest or (other is not None and other.code in beside):
        booked = replace(booked, overlapping=None)  # what the first of them overlapped was looked at
    await check_may_book(
        session, wanted, booked, terms, ask.slot, ask.now,
        on_the_spot=ask.connector_id is not None, pool_id=ask.pool_id,
    )  # fmt: skip
    check_open(hours_of(found.site), ask.slot)
    pools = await _pools(session, ask, found, terms, booked.standing.caller)
    if found.varies is not None:
        terms = priced_by(found.varies, terms, ask.slot, pools, ask.now, booked.standing.caller)
    choice = await _chosen(session, ask, pools)
    pool = next(pool for pool in pools if pool.facts.id == choice.pool_id)
    sure = terms.certainty or certainty_of(pool, ask.slot, ask.code, choice.connector_id)
    named = await _cost(session, ask, pool, choice)
    own = replace(terms.in_pool(choice.pool_id), certainty=sure, named_bay=named)
    await charge(session, ask, own, customer.on, found.site)
    promised = await _promised(session, ask, booked.opening, own, pool, choice)
    return replace(
        promised,
        site_name=found.site.name,
        site=whereabouts(found.site),
        stripe_customer=customer.stripe,
        fleet=customer.fleet_id or "",
    )


async def _admitted(session: AsyncSession, ask: PlaceHold) -> Admitted:
    """Who books for the same person, or on the same account, waits."""
    customer = await admit(session, driver_id=ask.driver_id, fleet_id=ask.fleet_id, now=ask.now)
    if customer.person_id is not None:
        await lock_people(session, [customer.person_id])
    if customer.fleet_id is not None:
        on = await booked_on(session, customer.fleet_id, ask.driver_id, ask.code)
        return replace(customer, on=on)
    return customer


async def _pools(
    session: AsyncSession, ask: PlaceHold, found: Offered, terms: Terms, caller: Caller
) -> list[Pool]:
    """Those that may give the slot, locked, as who asks sees them.

    Raises UnknownPool, NoFit, UnknownBay, BayUnfit, SlotInvalid.
    """
    site = found.site
    facts = await lock_pools_of(
        session,
        site.id,
        pool_id=ask.pool_id,
        connector_type=ask.connector_type,
        plugs=ask.needs.plugs,
    )
    span = neighbourhood(times_of(ask.slot, terms.policy).window)
    admissions = {site.id: Admission(access, caller, site.zone)} if (access := found.access) else {}
    pools = await load_pools(session, facts, span, {site.id: terms.policy}, ask.now, admissions, ask.needs)
    if ask.needs.bay:
        there = {pool.facts: pool.connectors for pool in pools}
        having = pools_with(ask.needs.bay, there, await bays_of(session, site.id))
        pools = [pool for pool in pools if pool.facts in having]
    return taking(pools, ask.slot, on_the_spot=ask.connector_id is not None)


async def _cost(session: AsyncSession, ask: PlaceHold, pool: Pool, choice: Choice) -> NamedBay | None:
    """Raises BayCostsTooMuch."""
    times = times_of(ask.slot, pool.policy)
    cost = await decided(session, [pool], lambda seen: named_bay(seen[0], times, ask.code, choice))
    check_cost(cost, pool.policy)
    return cost


async def _chosen(session: AsyncSession, ask: PlaceHold, pools: Sequence[Pool]) -> Choice:
    """Raises NoAccess, NoFit, UnderMaintenance, BayUnfit, BayTaken, SlotUnavailable."""
    given = await decided(
        session, pools, lambda seen: for_booking(seen, ask.slot, ask.code, only=ask.connector_id)
    )
    check_bay(given, ask.needs, pools)
    check_access(given, pools, ask.slot)
    check_maintenance(given)
    return chosen(given, NoConnectorFree())


async def _promised(
    session: AsyncSession, ask: PlaceHold, opening: Opening, terms: Terms, pool: Pool, choice: Choice
) -> HoldDecision:
    credentials = await issued(session, opening, driver_id=ask.driver_id, code=ask.code, now=ask.now)
    hold = await promise(
        session,
        choice,
        times_of(ask.slot, terms.policy),
        code=ask.code,
        step=HoldStep.BOOK,
        driver_id=ask.driver_id,
        credentials=credentials,
        policy=terms.policy,
        now=ask.now,
        on_account=_on_account(terms, ask.slot),
        among=pool.ground.admitted(ask.slot),
        needs=ask.needs,
        for_guest=ask.for_guest,
        certainty=terms.certainty,
        named=terms.named_bay,
    )
    given = held(hold, pool.connector(choice.connector_id), pool.facts.power_w, credentials)
    return HoldDecision(held=given, terms=terms)


async def _placed_before(
    session: AsyncSession,
    ask: PlaceHold,
    found: Offered,
    booked: Booked,
    terms: Terms,
    customer: Admitted,
) -> HoldDecision:
    """What an attempt that was lost decided: a fleet's stays the fleet's. Raises BookingTooLate where it was given up
    since.
    """
    known = await session.get_one(Hold, booked.hold_id)
    if known.released_at is not None:
        raise BookingTooLate(BookingGivenUp())
    if known.account_fleet is None and terms.payer.kind is PayerKind.INVOICE:
        without = replace(booked.standing, account=None)
        terms = replace(terms, payer=payer_of(without, terms.policy.payments, found.terms.payer))
    terms = await _as_placed(session, ask, known, terms, booked.standing.caller)
    fleet = ask.account if is_by_fleet(ask) else known.account_fleet or customer.fleet_id
    return replace(await decision(session, known, terms, ask.now), fleet=fleet or "")


async def _as_placed(
    session: AsyncSession, ask: PlaceHold, known: Hold, theirs: Terms, caller: Caller
) -> Terms:
    """The terms as of when the hold was placed: an attempt that was lost may have acted by them."""
    payer = theirs.payer
    then = await offered(session, ask, known.placed_at)
    pools = await fitting_pools(
        session,
        then.site.id,
        pool_id=ask.pool_id,
        connector_type=ask.connector_type,
        plugs=ask.needs.plugs,
    )
    if known.account_fleet is not None:
        payer = Payer(kind=PayerKind.INVOICE, account=known.account_fleet)
    own = then.terms if ask.quote is not None else then.terms.of_tier(theirs.tier)
    terms = await at_prices(
        session,
        replace(own, payer=payer),
        then.varies,
        pools,
        ask.slot,
        known.placed_at,
        caller=caller,
        before=known.id,
        on_the_spot=ask.connector_id is not None,
    )
    return replace(
        terms.in_pool(known.pool_id),
        certainty=certainty_from_document(known.certainty),
        named_bay=named_bay_from_document(known.named_bay),
    )


def _on_account(terms: Terms, slot: Slot) -> OnAccount | None:
    payer = terms.payer
    if payer.kind is not PayerKind.INVOICE:
        return None
    return OnAccount(fleet=payer.account, expected=expected_session(terms, slot).minor)
