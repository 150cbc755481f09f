"""Loops of the worker that keep waiting lists: they offer what became free, take back what nobody answered to or what
was closed since, end what nothing can be offered for any more, and finish what was accepted and broke off.

Any number of workers may do so at once: each deed is a transaction under the lock of its entry, and looks again.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from activities.holds.series import Bookings
from activities.queue.answers import let_pass, offered
from activities.queue.finishing import finish
from activities.queue.offering import offer_at
from activities.queue.telling import tell
from activities.queue.withdrawing import closed_since, take_back, tell_taken_back
from activities.rounds import repeat, rest
from contracts.names import BOOKING_PATIENCE
from db.changes import ANY, Kind, Subject, hear, watch
from db.engine import Sessions, create_sessions
from db.queries.place.terms import versions_in_force
from db.tables import Site, WaitingEntry
from db.tables.people.waiting_list import OPEN
from domain.facts.waiting_notices import OfferNotTaken, WaitingOver
from domain.queue.offers import EntryState
from domain.terms.policy import Policy

log = structlog.get_logger(__name__)

LEFT_ALONE = 2 * BOOKING_PATIENCE
"""So long after it was accepted whoever accepted it finishes it."""
_SWEEP = timedelta(seconds=20)
_TAKEN_BACK_EVERY = timedelta(seconds=5)
_BETWEEN = timedelta(seconds=1)
"""Between two rounds, however much changes."""
_AT_ONCE = 100
"""Entries that are read together."""


async def keep_waiting_lists(
    engine: AsyncEngine,
    bookings: Callable[[], Bookings],
    stop: asyncio.Event,
    *,
    sweep: timedelta = _SWEEP,
) -> None:
    """Until `stop` is set. What changes at a site where somebody waits is looked at there at once, all at the latest
    after `sweep`. What ends by its time, and what is booked while Temporal may be away, waits for none of that.
    """
    sessions, changes = create_sessions(engine), Changes(sweep)

    async def offer() -> None:
        try:
            await offer_free(sessions, _clock, changes.taken(_clock()))
        finally:
            await rest(_BETWEEN, stop)

    async def take_back_what_is_due() -> None:
        await take_back_due(sessions, _clock)

    async def take_back_what_is_closed() -> None:
        await take_back_closed(sessions, _clock)

    async def finish_what_broke_off() -> None:
        await finish_broken(sessions, bookings(), _clock)

    listening = asyncio.create_task(_listen(sessions, changes))
    try:
        await asyncio.gather(
            repeat("waiting_lists_lapsed", take_back_what_is_due, min(sweep, _TAKEN_BACK_EVERY), stop),
            repeat("waiting_lists", offer, sweep, stop, changes.woken),
            repeat("waiting_lists_closed", take_back_what_is_closed, sweep, stop),
            repeat("waiting_lists_broken", finish_what_broke_off, sweep, stop),
        )
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


def _clock() -> datetime:
    return datetime.now(UTC)


class Changes:
    """Sites that are to be looked at: those that were told of, and now and then all."""

    def __init__(self, sweep: timedelta) -> None:
        self.woken = asyncio.Event()
        self._sweep = sweep
        self._swept: datetime | None = None
        self._sites: set[str] = set()

    def tell(self, site_id: str) -> None:
        self._sites.add(site_id)
        self.woken.set()

    def taken(self, now: datetime) -> Collection[str] | None:
        """What was told since it was last taken; None: look at all."""
        told, self._sites = self._sites, set()
        is_due = self._swept is None or not self._swept <= now < self._swept + self._sweep
        if told and ANY not in told and not is_due:
            return told
        self._swept = now
        return None


async def _listen(sessions: Sessions, changes: Changes) -> None:
    async for site in hear(sessions, Kind.SITE):
        changes.tell(site.id)


async def take_back_due(sessions: Sessions, clock: Callable[[], datetime]) -> int:
    """What nobody answered to in time, then what nothing can be offered for any more; how many entries."""
    row, done = WaitingEntry, 0
    async with sessions() as session:
        if not await _any_open(session):
            return 0
    async for entry_id in _each(sessions, row.state == EntryState.OFFERED, row.offer_until <= clock()):
        done += await _unless_broken(entry_id, lambda one: _lapse(sessions, one, clock()))
    async for entry_id in _each(sessions, row.state == EntryState.WAITING, row.until <= clock()):
        done += await _unless_broken(entry_id, lambda one: _end(sessions, one, clock()))
    return done


async def take_back_closed(sessions: Sessions, clock: Callable[[], datetime]) -> int:
    """Offers whose place was closed since; how many. Who accepts one meanwhile is told the same."""
    row, done = WaitingEntry, 0
    async for entry_id in _each(sessions, row.state == EntryState.OFFERED, row.offer_until > clock()):
        done += await _unless_broken(entry_id, lambda one: _take_back(sessions, one, clock()))
    return done


async def finish_broken(sessions: Sessions, bookings: Bookings, clock: Callable[[], datetime]) -> int:
    """What was accepted and broke off; how many entries. One may take as long as Temporal keeps us waiting."""
    row, done = WaitingEntry, 0
    accepted = (row.state == EntryState.ACCEPTED, row.accepted_at <= clock() - LEFT_ALONE)
    async for entry_id in _each(sessions, *accepted):
        done += await _unless_broken(entry_id, lambda one: finish(sessions, bookings, one, clock()))
    return done


async def offer_free(
    sessions: Sessions, clock: Callable[[], datetime], at: Collection[str] | None = None
) -> int:
    """All that is free `at` those sites (None: all), to whom it serves; how many offers. Nobody waits: one query."""
    row = WaitingEntry
    waits = [row.state == EntryState.WAITING, row.until > clock()]
    if at is not None:
        waits.append(row.site_id.in_(at))
    async with sessions() as session:
        sites = (await session.scalars(select(row.site_id).where(*waits).distinct())).all()
    done = 0
    for site_id in sites:
        await watch(sessions, Subject(Kind.SITE, site_id))
        done += await _unless_broken(site_id, lambda site: offer_at(sessions, site, clock))
    return done


async def _any_open(session: AsyncSession) -> bool:
    return await session.scalar(select(WaitingEntry.id).where(text(OPEN)).limit(1)) is not None


async def _each(sessions: Sessions, *such: ColumnElement[bool]) -> AsyncIterator[str]:
    """All of them, however many, by when they joined: what stays as it is keeps none behind it waiting."""
    row, last = WaitingEntry, None
    found = select(row.joined_at, row.id).where(*such).order_by(row.joined_at, row.id).limit(_AT_ONCE)
    while True:
        beyond = found if last is None else found.where(tuple_(row.joined_at, row.id) > last)
        async with sessions() as session:
            page = (await session.execute(beyond)).all()
        for _, entry_id in page:
            yield entry_id
        if len(page) < _AT_ONCE:
            return
        last = tuple(page[-1])


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
        if row is None or row.offer_until is None or row.offer_until > now:
            return 0
        code, slot = offered(row)
        await let_pass(session, row, await _policy_of(session, row.site_id, now), now)
        again = row.asked_from if row.state == EntryState.WAITING else None
        news = OfferNotTaken(start=slot.start, again=again, over=row.state == EntryState.OVER)
        await tell(session, row, news, now, offer=code)
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
        over = WaitingOver(site=site.name, start=row.window_start, reason=row.kept_out, offered=row.round > 0)
        await tell(session, row, over, now)
        return 1


async def _free(session: AsyncSession, entry_id: str, state: EntryState) -> WaitingEntry | None:
    """Under its lock, if it is in that state still and nobody else is at it."""
    mine = select(WaitingEntry).where(WaitingEntry.id == entry_id, WaitingEntry.state == state)
    found: WaitingEntry | None = await session.scalar(mine.with_for_update(skip_locked=True))
    return found


async def _policy_of(session: AsyncSession, site_id: str, now: datetime) -> Policy:
    return (await versions_in_force(session, site_id, now)).terms.policy
