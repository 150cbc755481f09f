"""The loop of the worker that keeps waiting lists: it offers what became free, takes back what nobody answered to, ends
what nothing can be offered for any more, and finishes what was accepted and broke off.

Any number of workers may do so at once: each deed is a transaction under the lock of its entry, and looks again.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from activities.holds.series import Bookings
from activities.queue.answers import let_pass, request_of, settle_accepted, tell_refused
from activities.queue.offering import offer_at
from activities.queue.withdrawing import closed_since, take_back, tell_taken_back
from activities.rounds import repeat, rest
from contracts.names import BOOKING_PATIENCE
from db.engine import Sessions, create_sessions
from db.notifications import record_notice
from db.queries.place.terms import versions_in_force
from db.site_changes import site_changes, watch_site
from db.tables import Site, WaitingEntry
from db.tables.people.waiting_list import OPEN
from domain.errors import BookingTooLate
from domain.facts.waiting_notices import OfferNotTaken, WaitingOver
from domain.queue.offers import EntryState
from domain.terms.policy import Policy

log = structlog.get_logger(__name__)

LEFT_ALONE = 2 * BOOKING_PATIENCE
"""So long after it was accepted whoever accepted it finishes it."""
_SWEEP = timedelta(seconds=20)
_BETWEEN = timedelta(seconds=1)
"""Between two rounds, however much changes."""
_AT_MOST = 100
"""Entries in one round, of each kind."""


async def keep_waiting_lists(
    engine: AsyncEngine,
    bookings: Callable[[], Bookings],
    stop: asyncio.Event,
    *,
    sweep: timedelta = _SWEEP,
) -> None:
    """Until `stop` is set; when something changes at a site where somebody waits, and at the latest after `sweep`."""
    sessions, changed = create_sessions(engine), asyncio.Event()

    async def go_round() -> None:
        try:
            await offer_due(sessions, bookings(), datetime.now(UTC))
        finally:
            await rest(_BETWEEN, stop)

    listening = asyncio.create_task(_listen(sessions, changed))
    try:
        await repeat("waiting_lists", go_round, sweep, stop, changed)
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


async def _listen(sessions: Sessions, changed: asyncio.Event) -> None:
    async for _ in site_changes(sessions):
        changed.set()


async def offer_due(sessions: Sessions, bookings: Bookings, now: datetime) -> int:
    """All that is due by now at all sites; how many entries it changed. Nobody waits: one query."""
    async with sessions() as session:
        if await session.scalar(select(WaitingEntry.id).where(text(OPEN)).limit(1)) is None:
            return 0
        row = WaitingEntry
        lapsed = await _ids(session, row.state == EntryState.OFFERED, row.offer_until <= now)
        over = await _ids(session, row.state == EntryState.WAITING, row.until <= now)
        open_still = await _ids(session, row.state == EntryState.OFFERED, row.offer_until > now)
        broken = await _ids(session, row.state == EntryState.ACCEPTED, row.accepted_at <= now - LEFT_ALONE)
    done = 0
    for ids, deed in (
        (lapsed, lambda entry_id: _lapse(sessions, entry_id, now)),
        (over, lambda entry_id: _end(sessions, entry_id, now)),
        (open_still, lambda entry_id: _take_back(sessions, entry_id, now)),
        (broken, lambda entry_id: _finish(sessions, bookings, entry_id, now)),
    ):
        for entry_id in ids:
            done += await _unless_broken(entry_id, deed)
    async with sessions() as session:
        waits = (WaitingEntry.state == EntryState.WAITING, WaitingEntry.until > now)
        sites = (await session.scalars(select(WaitingEntry.site_id).where(*waits).distinct())).all()
    for site_id in sites:
        await watch_site(sessions, site_id)
        done += await _unless_broken(site_id, lambda site: offer_at(sessions, site, now))
    return done


async def _ids(session: AsyncSession, *such: ColumnElement[bool]) -> Sequence[str]:
    found = select(WaitingEntry.id).where(*such).order_by(WaitingEntry.joined_at).limit(_AT_MOST)
    return (await session.scalars(found)).all()


async def _unless_broken(subject: str, deed: Callable[[str], Awaitable[int]]) -> int:
    """0: it broke; the next round goes on with it, and others need not wait for it."""
    try:
        return await deed(subject)
    except Exception as error:  # noqa: BLE001 - as above
        log.warning("waiting_list_not_kept", subject=subject, error=repr(error))
        return 0


async def _lapse(sessions: Sessions, entry_id: str, now: datetime) -> int:
    async with sessions.begin() as session:
        row = await _free(session, entry_id, EntryState.OFFERED)
        if row is None or row.offer_until is None or row.offer_until > now or row.offer_start is None:
            return 0
        await let_pass(session, row, await _policy_of(session, row.site_id, now), now)
        notice = OfferNotTaken(
            start=row.offer_start, again=row.asked_from if row.state == EntryState.WAITING else None
        )
        await record_notice(
            session,
            notice,
            key=f"{row.offer_code}:not-taken",
            driver_id=row.driver_id,
            fleet_id=row.fleet_id,
            reservation_code=row.offer_code or "",
            at=now,
        )
        return 1


async def _take_back(sessions: Sessions, entry_id: str, now: datetime) -> int:
    """If its place was closed since: it would be confirmed for a time at which nobody can charge."""
    async with sessions() as session:
        row = await session.get_one(WaitingEntry, entry_id)
        if row.state != EntryState.OFFERED or await closed_since(session, row, now) is None:
            return 0
    async with sessions.begin() as session:
        there = await _free(session, entry_id, EntryState.OFFERED)
        why = None if there is None else await closed_since(session, there, now)
        if there is None or why is None:
            return 0
        await take_back(session, there, why, now)
        await tell_taken_back(session, there, why, now)
        return 1


async def _end(sessions: Sessions, entry_id: str, now: datetime) -> int:
    async with sessions.begin() as session:
        row = await _free(session, entry_id, EntryState.WAITING)
        if row is None or row.until > now:
            return 0
        row.state, row.ended_at = EntryState.OVER, now
        site = await session.get_one(Site, row.site_id)
        await record_notice(
            session,
            WaitingOver(site=site.name, start=row.window_start),
            key=f"{row.id}:over",
            driver_id=row.driver_id,
            fleet_id=row.fleet_id,
            reservation_code="",
            at=now,
        )
        return 1


async def _finish(sessions: Sessions, bookings: Bookings, entry_id: str, now: datetime) -> int:
    """Who accepted it has said yes, and has had no answer: it is booked for them, or comes to nothing."""
    async with sessions() as session:
        row = await session.get_one(WaitingEntry, entry_id)
        policy = await _policy_of(session, row.site_id, now)
        if row.state != EntryState.ACCEPTED or row.offer_code is None:
            return 0
        closed = await closed_since(session, row, now)
    refused = await bookings.book(request_of(row, policy, now, starts=closed is None))
    if refused is None:
        return 0
    if refused == BookingTooLate.code and closed is not None:
        refused = closed.code
    async with sessions.begin() as session:
        settled = await settle_accepted(session, entry_id, row.offer_code, refused, policy, now)
        if settled is not None and refused:
            await tell_refused(session, settled, now)
    return 1


async def _free(session: AsyncSession, entry_id: str, state: EntryState) -> WaitingEntry | None:
    """Under its lock, if it is in that state still and nobody else is at it."""
    mine = select(WaitingEntry).where(WaitingEntry.id == entry_id, WaitingEntry.state == state)
    found: WaitingEntry | None = await session.scalar(mine.with_for_update(skip_locked=True))
    return found


async def _policy_of(session: AsyncSession, site_id: str, now: datetime) -> Policy:
    return (await versions_in_force(session, site_id, now)).terms.policy
