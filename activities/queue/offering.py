"""Offers of one site: what is free is held for the first whom it serves, under the code of the reservation that it
becomes, by a quote of its own.

One transaction an offer. Whoever else offers at the site meanwhile leaves it alone, as two who go through the list at
once would not keep its order. Who cannot have what is free is passed over, and keeps their place.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.drivers import admit, booked_by, check_may_book
from activities.holds.offered_quotes import offered_quote
from activities.holds.placing import place
from activities.holds.transaction import repeated
from activities.queue.looking import Free, Look, look_at
from activities.queue.served import end_served
from activities.queue.telling import tell
from contracts.holds import HoldStep, PlaceHold
from db.documents import needs_from_document
from db.engine import Sessions
from db.failures import excluded_by, is_connection_loss, lost_a_race
from db.queries.lock_order import lock_people
from db.queries.money.quotes import keep_offered
from db.queries.place.pools import decided
from db.queries.place.prices import at_prices
from db.queries.place.terms import Versions, versions_if_open
from db.queries.standing import Wanted
from db.queries.waiting_list import count_passed, count_unused, is_not_to_be_asked, open_at
from db.tables import WaitingEntry
from db.tables.place.holds import NO_OVERLAP
from domain.errors import DomainError, Explained, SlotUnavailable
from domain.facts.refused_people import StaysTooLong, WeekFull
from domain.facts.waiting_notices import PlaceOffered
from domain.place.availability import availability_of
from domain.queue.offers import (
    COUNTED_FOR,
    EntryState,
    answer_by,
    check_unused,
    left_to_public,
    passing_counts_from,
)
from domain.queue.order import Place, in_line
from domain.queue.wish import offer_code
from domain.terms.drivers import check_still_theirs

log = structlog.get_logger(__name__)

_MOST_TRIES = 3
"""Slots of one entry in one walk, where the one before was refused for its time."""


class _NotNow(Exception):
    """They have something to answer, or have just let something pass; somebody else is at their entry, or it is too
    late to ask them."""


class _NotServed(Exception):
    """Nobody foresaw why: the others of the line need not wait for that."""

    def __init__(self, entry_id: str) -> None:
        super().__init__(entry_id)
        self.entry_id = entry_id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """Down the line, to the first whom something serves. `offered` False: there was nobody. `tried`: on the way."""

    offered: bool
    tried: frozenset[str] = frozenset()


async def offer_at(sessions: Sessions, site_id: str, clock: Callable[[], datetime]) -> int:
    """All that is free there, to whom it serves; how many offers that were. Each is made at its own time by `clock`."""
    await repeated(sessions, partial(_end_served, site_id=site_id, clock=clock))
    tried, made = frozenset[str](), 0
    while True:
        walk = partial(_next_offer, site_id=site_id, tried=tried, clock=clock)
        try:
            walked = await repeated(sessions, walk)
        except _NotServed as broken:
            log.warning("waiting_entry_not_served", entry=broken.entry_id, error=repr(broken.__cause__))
            tried |= {broken.entry_id}
            continue
        if not walked.offered:
            return made
        tried, made = tried | walked.tried, made + 1


async def _end_served(session: AsyncSession, *, site_id: str, clock: Callable[[], datetime]) -> None:
    """Committed before anybody is asked: what undoes a walk does not undo it."""
    now = clock()
    there = await _alone_at(session, site_id, now)
    if there is not None:
        await end_served(session, site_id, there.site.name, now)


async def _alone_at(session: AsyncSession, site_id: str, now: datetime) -> Versions | None:
    """What is in force there. None: nothing can be booked, or somebody else is at its list until they commit."""
    mine = func.pg_try_advisory_xact_lock(func.hashtextextended(f"waiting-list:{site_id}", 0))
    return await versions_if_open(session, site_id, now) if await session.scalar(select(mine)) else None


async def _next_offer(
    session: AsyncSession, *, site_id: str, tried: Collection[str], clock: Callable[[], datetime]
) -> _Walk:
    """`tried`: who was asked about before. Raises _NotServed."""
    now = clock()
    there = await _alone_at(session, site_id, now)
    if there is None:
        return _Walk(offered=False)
    rows = {
        row.id: row
        for row in await open_at(session, [site_id])
        if row.state == EntryState.WAITING and row.asked_from <= now < row.until and row.id not in tried
    }
    look = await look_at(session, there, rows.values(), now)
    places = (Place(id=row.id, joined_at=row.joined_at, weight=row.weight) for row in rows.values())
    seen: set[str] = set()
    for one in in_line(places, now):
        seen.add(one.id)
        if await _served(session, look, rows[one.id]):
            return _Walk(offered=True, tried=frozenset(seen))
    return _Walk(offered=False)


async def _served(session: AsyncSession, look: Look, row: WaitingEntry) -> bool:
    """Raises _NotServed, and what the database raises of whatever entry: a lost race, that it is away."""
    entry_id = row.id
    try:
        return await _offered(session, look, row)
    except Exception as error:
        if lost_a_race(error) or is_connection_loss(error) or excluded_by(error, NO_OVERLAP):
            raise
        raise _NotServed(entry_id) from error


async def _offered(session: AsyncSession, look: Look, row: WaitingEntry) -> bool:
    """What their driver may not have, and why, is noted with the entry; that nothing is free keeps nobody out. Who is
    passed over stays unlocked: a line is no order in which others lock."""
    entry_id, noted, refused, since = row.id, (row.passed_over, row.kept_out), "", row.window_start
    for _ in range(_MOST_TRIES):
        later: datetime | None = None
        try:
            free = await look.first_for(row, since)
            if free is None:
                break
            async with session.begin_nested():
                await _offer(session, row, free, look.there, look.now)
            return True
        except (SlotUnavailable, _NotNow):
            return False  # nothing about what this driver may have
        except DomainError as reason:
            refused, later = refused or reason.code, _again_from(reason)
        if later is None or later <= since:
            break
        since = later
    kept_out = refused or noted[1]
    if (refused, kept_out) == noted:
        return False
    entry, at = update(WaitingEntry).where(WaitingEntry.id == entry_id), look.now if refused else None
    await session.execute(entry.values(passed_over=refused, passed_over_at=at, kept_out=kept_out))
    return False


def _again_from(reason: DomainError) -> datetime | None:
    """When a slot may begin that is not refused for that; None: none, or nobody knows."""
    why = reason.why if isinstance(reason, Explained) else None
    return why.ends_at if isinstance(why, WeekFull | StaysTooLong) else None


async def _offer(
    session: AsyncSession, row: WaitingEntry, free: Free, there: Versions, now: datetime
) -> None:
    """Raises whatever refuses them the slot, and _NotNow."""
    until = answer_by(free.policy, free.slot.start, now)
    still = select(WaitingEntry.id).where(WaitingEntry.id == row.id, WaitingEntry.state == EntryState.WAITING)
    if until is None or await session.scalar(still.with_for_update(skip_locked=True)) is None:
        raise _NotNow
    admitted = await admit(session, driver_id=row.driver_id, fleet_id=row.fleet_id, now=now)
    check_still_theirs(row, admitted.fleet_id)
    if admitted.person_id is not None:
        await lock_people(session, [admitted.person_id])
    if await is_not_to_be_asked(session, row.driver_id, row.site_id, now):
        raise _NotNow
    if not await _may_have_it(session, row, free, now):
        raise _NotNow
    ask = _ask(row, admitted.fleet_id, free, now)
    quote = await _quote(session, ask, free, there, until)
    await place(session, replace(ask, quote=quote))
    await _note(session, row, ask, until, quote)
    told = PlaceOffered(site=there.site.name, start=ask.slot.start, end=ask.slot.end, until=until)
    await tell(session, row, told, now, offer=ask.code)


async def _may_have_it(session: AsyncSession, row: WaitingEntry, free: Free, now: datetime) -> bool:
    """False: it is left to the public, as too many let it pass. Raises SnoozesUsed."""
    unused = await count_unused(session, row.site_id, row.driver_id, now - COUNTED_FOR)
    check_unused(free.policy, unused)
    since = passing_counts_from(free.policy, now)
    left = left_to_public(await count_passed(session, row.site_id, free.pool.facts.id, free.slot, since))
    if not left:
        return True
    places = await decided(session, [free.pool], lambda seen: availability_of(seen[0], [free.slot]))
    return places.windows[0].free > left


def _ask(row: WaitingEntry, fleet_id: str | None, free: Free, now: datetime) -> PlaceHold:
    return PlaceHold(
        code=offer_code(row.account, row.id, row.round + 1),
        account=row.account,
        driver_id=row.driver_id,
        fleet_id=fleet_id,
        site_id=row.site_id,
        pool_id=free.pool.facts.id,
        connector_type=free.pool.facts.connector_type,
        slot=free.slot,
        needs=needs_from_document(row.needs),
        now=now,
    )


async def _quote(session: AsyncSession, ask: PlaceHold, free: Free, there: Versions, until: datetime) -> str:
    """Its id, kept. As a booking of that pool would be priced at this moment."""
    wanted = Wanted(driver_id=ask.driver_id, site_id=ask.site_id, start=ask.slot.start, code=ask.code)
    booked = await booked_by(session, wanted, ask.slot, there.terms.policy, step=HoldStep.BOOK, now=ask.now)
    own = there.terms.theirs(booked.standing)
    await check_may_book(session, wanted, booked, own, ask.slot, ask.now, pool_id=ask.pool_id)
    caller = booked.standing.caller
    terms = await at_prices(session, own, there.prices, [free.pool.facts], ask.slot, ask.now, caller=caller)
    quote = offered_quote(ask, there, terms, ask.slot, pool_id=ask.pool_id, connector_type=ask.connector_type)
    quote.valid_until = until
    await keep_offered(session, [quote])
    return quote.id


async def _note(
    session: AsyncSession, row: WaitingEntry, ask: PlaceHold, until: datetime, quote: str
) -> None:
    entry = update(WaitingEntry).where(WaitingEntry.id == row.id)
    await session.execute(
        entry.values(
            state=EntryState.OFFERED,
            round=row.round + 1,
            offer_code=ask.code,
            offer_start=ask.slot.start,
            offer_end=ask.slot.end,
            offer_pool=ask.pool_id,
            offer_plug=ask.connector_type,
            offer_quote=quote,
            offer_until=until,
            offer_refused="",
            accepted_at=None,
            passed_over="",
            passed_over_at=None,
            kept_out="",
        )
    )
