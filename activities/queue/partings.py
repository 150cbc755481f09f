"""A fleet and a driver part: nothing is offered any more of what the fleet waited for in their name."""

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from activities.queue.answers import withdraw
from db.tables import Driver, ReservationRow, WaitingEntry
from db.tables.people.waiting_list import OPEN
from domain.errors import UnknownDriver
from domain.facts.refused_people import NoSuchDriver
from domain.queue.offers import EntryState


async def leave_for(session: AsyncSession, driver_id: str, fleet_id: str, now: datetime) -> None:
    """Ends the entries that the fleet made for the driver; what one was offered is free for others, and counts as let
    pass by nobody. What was accepted and has become a reservation stays one.

    Entries are locked before their drivers: call it before the driver's row is.
    """
    row = WaitingEntry
    theirs = select(row).where(row.account == fleet_id, row.driver_id == driver_id, text(OPEN))
    for entry in await session.scalars(theirs.order_by(row.id).with_for_update()):
        if entry.state == EntryState.ACCEPTED:
            booked = select(ReservationRow.code).where(ReservationRow.code == entry.offer_code)
            if (
                await session.scalar(booked) is None
            ):  # an attempt may be under way: it is undone once that is known
                entry.ended_at = entry.ended_at or now
            continue
        if entry.state == EntryState.OFFERED:
            await withdraw(session, entry, now)
        entry.state, entry.ended_at = EntryState.LEFT, now


async def check_still_theirs(session: AsyncSession, row: WaitingEntry) -> None:
    """Of an entry that a fleet made. Raises UnknownDriver once its driver is not the fleet's any more: they would
    pay for what they have not asked for.
    """
    if row.account != row.fleet_id:
        return
    if await session.scalar(select(Driver.fleet_id).where(Driver.id == row.driver_id)) != row.fleet_id:
        raise UnknownDriver(NoSuchDriver(driver_id=row.driver_id))
