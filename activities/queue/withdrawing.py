"""Offers whose place was closed since they were made: for maintenance, by the site's hours or by its access rules; or
whose driver has left the fleet that waits for them; and those that are accepted while the place does not work."""

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from activities.queue.answers import offered
from activities.queue.telling import tell
from db.queries.fleets import fleet_of
from db.queries.place.access import admissions_of
from db.queries.place.maintenance import overlapping
from db.queries.place.opening import check_open, hours_of
from db.queries.place.pool_facts import pool_of_hold
from db.queries.place.pools import load_pools
from db.queries.releasing import withdraw
from db.tables import Bay, Connector, Hold, Site, WaitingEntry
from domain.errors import BookingTooLate, DomainError, UnderMaintenance
from domain.facts.refused_bookings import BookingGivenUp, MaintainedThen, NoConnectorFree
from domain.facts.waiting_notices import OfferTakenBack
from domain.place.kept import check_admitted
from domain.place.reasons import NoPlaceReason, PlaceRefused
from domain.queue.offers import EntryState
from domain.terms.access_rules import Spot
from domain.terms.drivers import check_still_theirs
from domain.terms.policy import Policy

# Whoever writes down what a charger says asks then whom it concerns: it is seen here, or told to who accepts it.
_AS_IT_IS = text("""
SELECT FROM chargers h JOIN connectors c ON c.charger_id = h.id WHERE c.id = :connector FOR SHARE OF h, c
""")


async def closed_since(session: AsyncSession, row: WaitingEntry, now: datetime) -> DomainError | None:
    """What refuses the place that is held for the entry, as it would refuse a booking. Raises ValueError of an entry
    that was never offered anything."""
    try:
        await _check(session, row, now)
    except DomainError as reason:
        return reason
    return None


async def refused_since(
    session: AsyncSession, row: WaitingEntry, policy: Policy, now: datetime
) -> DomainError | None:
    """The same for who accepts it: also that its connector does not work, from when on a reservation there would hear
    of that, and be moved."""
    closed = await closed_since(session, row, now)
    return closed if closed is not None else await _broken(session, row, policy, now)


async def _broken(
    session: AsyncSession, row: WaitingEntry, policy: Policy, now: datetime
) -> PlaceRefused | None:
    code, slot = offered(row)
    standing = select(Hold).where(Hold.reservation_code == code, Hold.released_at.is_(None))
    hold = await session.scalar(standing.order_by(Hold.id).limit(1))
    if hold is None or now < hold.watch_from:
        return None
    await session.execute(_AS_IT_IS, {"connector": hold.connector_id})
    facts = await pool_of_hold(session, hold)
    (pool,) = await load_pools(session, [facts], slot, {facts.site_id: policy}, now)
    if any(connector.id == hold.connector_id for connector in pool.working):
        return None
    return PlaceRefused(NoConnectorFree(), NoPlaceReason.OUT_OF_ORDER)


async def _check(session: AsyncSession, row: WaitingEntry, now: datetime) -> None:
    """Raises UnknownDriver, SiteClosed, UnderMaintenance, NoAccess, BookingTooLate."""
    code, slot = offered(row)
    check_still_theirs(row, await fleet_of(session, row.driver_id))
    check_open(hours_of(await session.get_one(Site, row.site_id)), slot)
    held = (
        select(Hold.berth_id, Connector.pool_id, Bay.label)
        .join(Connector, Connector.id == Hold.connector_id)
        .outerjoin(Bay, Bay.id == Connector.bay_id)
        .where(Hold.reservation_code == code, Hold.released_at.is_(None))
    )
    place = (await session.execute(held.order_by(Hold.id))).first()
    if place is None:
        raise BookingTooLate(BookingGivenUp())
    planned = await overlapping(session, row.site_id, [place.berth_id], slot)
    if planned is not None:
        raise UnderMaintenance(MaintainedThen(ends_at=planned[1].end))
    admissions = await admissions_of(session, row.driver_id, [row.site_id], at=now, starts=slot.start)
    if (admission := admissions.get(row.site_id)) is not None:
        check_admitted(admission, Spot(bay=place.label, pool_id=place.pool_id), slot)


async def take_back(session: AsyncSession, row: WaitingEntry, why: DomainError, now: datetime) -> None:
    """Nobody let anything pass: they keep their place, and are asked about what is free otherwise."""
    await withdraw(session, row, now)
    row.state, row.asked_from, row.taken_back = EntryState.WAITING, now, row.taken_back + 1
    row.passed_over, row.passed_over_at, row.offer_refused = why.code, now, why.code


async def tell_taken_back(session: AsyncSession, row: WaitingEntry, why: DomainError, now: datetime) -> None:
    """Raises ValueError where nothing was offered."""
    code, slot = offered(row)
    await tell(session, row, OfferTakenBack(start=slot.start, reason=why.code), now, offer=code)
