"""Whose they are changes: a driver joins a fleet, or parts from it, by whomever that is said. One way for fleets,
drivers, operators and seeds.

Entries of waiting lists are locked before their drivers (`db.queries.lock_order`): `lock_entries`, then the driver's
row, then `belongs_to`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.releasing import withdraw
from db.tables import (
    Driver,
    FleetDriver,
    Hold,
    ReservationRow,
    ReservationSeries,
    SeriesDate,
    WaitingEntry,
)
from db.tables.people.waiting_list import OPEN
from domain.queue.offers import EntryState
from domain.reservation.recurrence import SeriesDateState
from domain.terms.account import AccountUnusable


async def lock_entries(session: AsyncSession, driver_ids: Collection[str]) -> Sequence[WaitingEntry]:
    """Their open ones, whoever made them. One that is made before the driver's row is locked is missing here; nothing
    is offered of it once they are not the fleet's (`check_still_theirs` of `domain.terms.drivers`).
    """
    row = WaitingEntry
    theirs = select(row).where(row.driver_id.in_(driver_ids), text(OPEN)).order_by(row.id).with_for_update()
    return (await session.scalars(theirs.execution_options(populate_existing=True))).all()


async def belongs_to(
    session: AsyncSession,
    driver: Driver,
    fleet_id: str | None,
    entries: Collection[WaitingEntry],
    now: datetime,
) -> None:
    """From now on; None: to none. `driver`: under lock; `entries`: as `lock_entries` has found them, of others, too.

    A fleet that they part from books nothing more for them: no date of its series, and nothing that it waits for in
    their name. What is booked stays, and what they have asked for themselves is booked as theirs.
    """
    former = driver.fleet_id
    if former is not None and former != fleet_id:
        for entry in entries:
            if entry.driver_id == driver.id:
                await _parts(session, entry, former, now)
        await _let_go(session, driver.id, former)
    driver.fleet_id = fleet_id


async def _parts(session: AsyncSession, entry: WaitingEntry, fleet_id: str, now: datetime) -> None:
    """The fleet's ends; what one was offered is free for others, and counts as let pass by nobody. What was accepted
    and has become a reservation stays one.
    """
    if entry.account != fleet_id:
        await _without_account(session, entry, fleet_id, now)
        return
    if entry.state == EntryState.ACCEPTED:
        booked = select(ReservationRow.code).where(ReservationRow.code == entry.offer_code)
        if await session.scalar(booked) is None:
            # An attempt may be under way: it is undone once that is known.
            entry.ended_at = entry.ended_at or now
        return
    if entry.state == EntryState.OFFERED:
        await withdraw(session, entry, now)
    entry.state, entry.ended_at = EntryState.LEFT, now


async def _without_account(session: AsyncSession, entry: WaitingEntry, fleet_id: str, now: datetime) -> None:
    """The driver's own: what is offered to them at the fleet's expense is offered anew, at theirs."""
    if entry.state != EntryState.OFFERED:
        return
    at_expense = (Hold.reservation_code == entry.offer_code, Hold.account_fleet == fleet_id)
    if await session.scalar(select(Hold.id).where(*at_expense).limit(1)) is None:
        return
    await withdraw(session, entry, now)
    entry.state, entry.asked_from, entry.taken_back = EntryState.WAITING, now, entry.taken_back + 1
    entry.offer_refused = AccountUnusable.code


async def _let_go(session: AsyncSession, driver_id: str, fleet_id: str) -> None:
    """Of its series for them no date is booked that is not yet."""
    said = (FleetDriver.driver_id == driver_id, FleetDriver.fleet_id == fleet_id)
    await session.execute(delete(FleetDriver).where(*said))
    series = ReservationSeries
    theirs = select(series.id).where(series.account == fleet_id, series.driver_id == driver_id)
    planned = (SeriesDate.series_id.in_(theirs), SeriesDate.state == SeriesDateState.PLANNED)
    await session.execute(update(SeriesDate).where(*planned).values(state=SeriesDateState.CANCELLED))
