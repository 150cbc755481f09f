"""Entries of waiting lists: who waits at a site, a caller's own, and how many a person has."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import any_, func, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.queries.people import drivers_of_one
from db.queries.place.access import caller_in, groups_of, tiers_of
from db.tables import Driver, UnusedOffer, WaitingEntry
from db.tables.people.waiting_list import KEEPS_A_PLACE, OPEN
from domain.place.slots import Slot
from domain.queue.offers import EntryState
from domain.terms.access_rules import Caller


class JoinedPosition(NamedTuple):
    """Of the last entry of the page before."""

    at: datetime
    id: str


async def open_at(session: AsyncSession, site_ids: Collection[str]) -> Sequence[WaitingEntry]:
    """At these sites, by when they joined."""
    row = WaitingEntry
    found = select(row).where(row.site_id.in_(site_ids), text(OPEN)).order_by(row.joined_at, row.id)
    return (await session.scalars(found)).all()


async def count_open_at(session: AsyncSession, site_id: str) -> int:
    found = select(func.count()).where(WaitingEntry.site_id == site_id, text(OPEN))
    return (await session.scalars(found)).one()


async def count_open_of(session: AsyncSession, driver_id: str) -> int:
    """Of the person, at all sites."""
    theirs = WaitingEntry.driver_id == any_(drivers_of_one(driver_id))
    return (await session.scalars(select(func.count()).where(theirs, text(OPEN)))).one()


async def callers_waiting(session: AsyncSession, site_id: str) -> dict[str, Caller]:
    """By entry: who each driver that waits there is to its access rules when their window begins."""
    row = WaitingEntry
    fleet = select(Driver.fleet_id).where(Driver.id == row.driver_id).scalar_subquery().label("fleet")
    there = (groups_of(row.driver_id, row.window_start), tiers_of(row.driver_id, site_id, row.window_start))
    found = select(row.id, fleet, *there).where(row.site_id == site_id, text(OPEN))
    return {one.id: caller_in(one.fleet, one.groups, one.tiers) for one in await session.execute(found)}


async def is_not_to_be_asked(session: AsyncSession, driver_id: str, site_id: str, now: datetime) -> bool:
    """Has the person an offer to answer, or one that is being booked, anywhere? Or have they just let one of the site
    pass, by whichever entry?"""
    row = WaitingEntry
    paused = (row.site_id == site_id) & (row.state == EntryState.WAITING) & (row.asked_from > now)
    theirs = row.driver_id == any_(drivers_of_one(driver_id))
    found = select(row.id).where(theirs, text(OPEN), or_(text(KEEPS_A_PLACE), paused)).limit(1)
    return await session.scalar(found) is not None


async def count_unused(session: AsyncSession, site_id: str, driver_id: str, since: datetime) -> int:
    """Offers of the site to the person that came to nothing, and not by us, of those that ended after `since`."""
    row = UnusedOffer
    theirs = row.driver_id == any_(drivers_of_one(driver_id))
    found = select(func.count()).where(row.site_id == site_id, row.until > since, theirs)
    return (await session.scalars(found)).one()


async def count_let_pass(
    session: AsyncSession, entry_ids: Collection[str], since: datetime
) -> dict[str, int]:
    """By entry: the offers of its site that its person let pass, of those that ended after `since`."""
    own, row, driver, other = WaitingEntry, UnusedOffer, aliased(Driver), aliased(Driver)
    found = (
        select(own.id, func.count().label("let_pass"))
        .join(row, (row.site_id == own.site_id) & (row.until > since) & row.let_pass)
        .outerjoin(driver, driver.id == own.driver_id)
        .outerjoin(other, other.id == row.driver_id)
        .where(
            own.id.in_(entry_ids), (row.driver_id == own.driver_id) | (other.person_id == driver.person_id)
        )
        .group_by(own.id)
    )
    counts = {row.id: row.let_pass for row in await session.execute(found)}
    return dict.fromkeys(entry_ids, 0) | counts


async def count_passed(session: AsyncSession, site_id: str, pool_id: str, slot: Slot, since: datetime) -> int:
    """Offers of the pool within the slot that were let pass, by entries that have said yes or no to none and whose last
    one is such, too, and stood after `since`.
    """
    row, entry = UnusedOffer, WaitingEntry
    of = (row.pool_id == pool_id, row.slot_start < slot.end, row.slot_end > slot.start, row.let_pass)
    last = (entry.offer_pool == pool_id, entry.offer_start < slot.end, entry.offer_end > slot.start)
    lately = (entry.site_id == site_id, entry.offer_until > since)
    silent = entry.state.not_in(("accepted", "booked", "declined"))
    found = select(func.count()).select_from(row).join(entry, entry.id == row.entry_id)
    return (await session.scalars(found.where(*of, *last, *lately, silent))).one()


async def entry_of_offer(session: AsyncSession, code: str) -> WaitingEntry | None:
    """That is offered it, or has accepted it and is not booked yet."""
    found: WaitingEntry | None = await session.scalar(
        select(WaitingEntry).where(WaitingEntry.offer_code == code, text(KEEPS_A_PLACE))
    )
    return found


async def is_offer(session: AsyncSession, code: str) -> bool:
    """Is it no reservation, but what somebody has still to answer to?"""
    open_one = select(WaitingEntry.id).where(WaitingEntry.offer_code == code, text(KEEPS_A_PLACE))
    return await session.scalar(open_one.where(WaitingEntry.state == EntryState.OFFERED)) is not None


async def has_offer(session: AsyncSession, driver_id: str) -> bool:
    """Has the person something to answer to, anywhere?"""
    theirs = WaitingEntry.driver_id == any_(drivers_of_one(driver_id))
    open_ones = select(WaitingEntry.id).where(theirs, text(OPEN), WaitingEntry.state == EntryState.OFFERED)
    return await session.scalar(open_ones.limit(1)) is not None


async def under_lock(session: AsyncSession, entry_id: str) -> WaitingEntry | None:
    found: WaitingEntry | None = await session.scalar(
        select(WaitingEntry)
        .where(WaitingEntry.id == entry_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def page_of(
    session: AsyncSession,
    accounts: Collection[str],
    after: JoinedPosition | None,
    limit: int,
    *,
    only_open: bool,
) -> Sequence[WaitingEntry]:
    """Up to `limit` + 1, who joined last first."""
    row = WaitingEntry
    found = select(row).where(row.account.in_(accounts))
    if only_open:
        found = found.where(text(OPEN))
    if after is not None:
        found = found.where(tuple_(row.joined_at, row.id) < tuple(after))
    newest = found.order_by(row.joined_at.desc(), row.id.desc()).limit(limit + 1)
    return (await session.scalars(newest)).all()
