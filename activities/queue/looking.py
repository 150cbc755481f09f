"""What of a site is free for who waits there: looked up once for all who wait for the same."""

import asyncio
from bisect import bisect_left
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.drivers import overlapping_reservation, slots_booked
from db.documents import energy_from_document, needs_from_document
from db.queries.place.pool_facts import pools_at, those_fitting
from db.queries.place.pools import decided, load_pools
from db.queries.place.terms import Versions
from db.queries.waiting_list import callers_waiting
from db.tables import WaitingEntry
from domain.place.admission import Admission
from domain.place.fit import NO_NEEDS, Needs
from domain.place.pool import Pool
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, occupied_window
from domain.queue.finding import FreeStarts, free_among, starts_in
from domain.queue.serving import never_served, served_among, why_never
from domain.queue.wish import lasts_of
from domain.terms.access_rules import Caller, told_apart
from domain.terms.drivers import check_one_at_a_time
from domain.terms.policy import Policy
from domain.terms.tiered import policy_for

_Loaded = tuple[str, tuple[PoolFacts, ...], date]
"""Which pools, by whose policy (tier), around which day."""
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Free:
    """`policy`: of the site, as the entry's driver has it."""

    pool: Pool
    slot: Slot
    policy: Policy


@dataclass(slots=True)
class Day:
    """The windows that begin on it: from the first start to the last end, and when each begins."""

    span: Slot
    begins: set[datetime]


def days_of(rows: Iterable[WaitingEntry]) -> dict[date, Day]:
    """By the day in UTC, whatever the connection's zone."""
    found: dict[date, Day] = {}
    for row in rows:
        window = Slot(row.window_start, row.window_end)
        day = found.setdefault(window.start.date(), Day(window, set()))
        day.span = Slot(min(day.span.start, window.start), max(day.span.end, window.end))
        day.begins.add(window.start)
    return found


@dataclass(slots=True)
class _Seen:
    """A pool as some see it, and what is known to be free there, by length."""

    pool: Pool
    free: dict[timedelta, FreeStarts] = field(default_factory=dict)
    served: dict[timedelta, list[datetime]] = field(default_factory=dict)

    def starts(self, length: timedelta, day: Day) -> FreeStarts:
        if length not in self.free:
            self.free[length] = FreeStarts(length, starts_in(self.pool, length, day.span, day.begins))
        return self.free[length]

    def serves(self, length: timedelta, day: Day, earliest: datetime, latest: datetime) -> bool:
        """Could they be given something at all between the two, whatever is free?"""
        if length not in self.served:
            starts = starts_in(self.pool, length, day.span, day.begins)
            self.served[length] = served_among(self.pool, length, starts)
        served = self.served[length]
        at = bisect_left(served, earliest)
        return at < len(served) and served[at] <= latest


@dataclass(slots=True)
class Look:
    """Good until something is held. `there`: what is in force at the site. `callers`: by entry, where that counts."""

    session: AsyncSession
    there: Versions
    now: datetime
    facts: Sequence[PoolFacts]
    callers: Mapping[str, Caller]
    days: Mapping[date, Day]
    _loaded: dict[_Loaded, Sequence[Pool]] = field(default_factory=dict)
    _seen: dict[tuple[_Loaded, Hashable], Sequence[_Seen]] = field(default_factory=dict)
    _admissions: dict[Caller, Admission] = field(default_factory=dict)

    async def first_for(self, row: WaitingEntry, since: datetime) -> Free | None:
        """The earliest slot that begins `since` then, in the most powerful pool that has it.

        Raises DomainError where what is waited for is not there any more (pools, plugs, slots so long), is not for
        them, or is free only while they have another reservation.
        """
        policy, window = policy_for(self.there.terms.policy, row.tier), Slot(row.window_start, row.window_end)
        seen = await self._seen_by(row, policy, window)
        length = None if row.length_seconds is None else timedelta(seconds=row.length_seconds)
        energy = None if row.energy is None else energy_from_document(row.energy)
        lasts = lasts_of([one.pool.facts for one in seen], policy.slots, length, energy).by_pool
        found = await self._earliest(seen, lasts, window, since, ())
        if found is not None and not policy.overlapping_per_driver:
            busy, anyway = await slots_booked(self.session, row.driver_id, window), found
            found = await self._earliest(seen, lasts, window, since, busy) if busy else found
            if found is None:
                await self._check_free_then(row, policy, anyway[1])
        if found is None:
            self._check_served(seen, lasts, window)
            return None
        return Free(pool=found[0], slot=found[1], policy=policy)

    async def _check_free_then(self, row: WaitingEntry, policy: Policy, slot: Slot) -> None:
        """Raises DriverBookedAlready; not of what is offered to them, which they may decline."""
        theirs = await overlapping_reservation(self.session, driver_id=row.driver_id, slot=slot, code="")
        if theirs is not None and not theirs.offered:
            check_one_at_a_time(theirs, policy)

    def _check_served(self, seen: Sequence[_Seen], lasts: Mapping[str, timedelta], window: Slot) -> None:
        """Raises NoFit, NoAccess of who could be given nothing, were all of it free, at a site that is open."""
        day, pools = self.days[window.start.date()], [one.pool for one in seen]
        if all(pool.admission is None and pool.needs == NO_NEEDS for pool in pools):
            return
        for one in seen:
            length = lasts.get(one.pool.facts.id)
            if length is not None and one.serves(length, day, window.start, window.end - length):
                return
        never = never_served(pools, lasts, window)
        if never is not None and pools[0].ground.is_open(never):
            raise why_never(pools, never)

    async def _earliest(
        self,
        seen: Iterable[_Seen],
        lasts: Mapping[str, timedelta],
        window: Slot,
        since: datetime,
        busy: Collection[Slot],
    ) -> tuple[Pool, Slot] | None:
        best: tuple[Pool, Slot] | None = None
        day, since = self.days[window.start.date()], max(window.start, since)
        for one in seen:
            length = lasts.get(one.pool.facts.id)
            if length is None:
                continue
            latest = window.end - length if best is None else best[1].start - _TICK
            starts = one.starts(length, day)
            slot = await self._first_in(one, starts, since, min(latest, window.end - length), busy)
            best = best if slot is None else (one.pool, slot)
        return best

    async def _first_in(
        self, seen: _Seen, starts: FreeStarts, earliest: datetime, latest: datetime, busy: Collection[Slot]
    ) -> Slot | None:
        """Where nothing is free for anybody, nobody who waits for the same costs a statement."""
        while True:
            slot, asked = starts.first(earliest, latest, busy), starts.unknown(latest)
            if slot is not None or not asked:
                return slot
            look = partial(_free_of, length=starts.length, starts=asked)
            seen.pool, free = await decided(self.session, [seen.pool], look)
            starts.know(asked, free)
            await asyncio.sleep(0)  # all that the worker does waits for this

    async def _seen_by(self, row: WaitingEntry, policy: Policy, window: Slot) -> Sequence[_Seen]:
        """The most powerful first. Who fits on the same and may use the same shares them."""
        needs, caller = needs_from_document(row.needs), self.callers.get(row.id)
        facts = those_fitting(self.facts, row.site_id, row.pool_id, row.connector_type, needs.plugs)
        loaded = (row.tier, tuple(facts), window.start.date())
        pools = await self._pools(loaded, policy)
        key = (loaded, (_fitting(pools, needs), caller))
        if key not in self._seen:
            admission = None if caller is None else self._admission(caller)
            self._seen[key] = [
                _Seen(replace(pool, needs=needs, admission=admission))
                for pool in sorted(pools, key=lambda one: one.facts.by_power)
            ]
        return self._seen[key]

    async def _pools(self, wanted: _Loaded, policy: Policy) -> Sequence[Pool]:
        """As who asks for nothing sees them."""
        if wanted not in self._loaded:
            _, facts, day = wanted
            span = occupied_window(self.days[day].span, policy.slots.buffer)
            policies = {one.site_id: policy for one in facts}
            self._loaded[wanted] = await load_pools(self.session, facts, span, policies, self.now)
        return self._loaded[wanted]

    def _admission(self, caller: Caller) -> Admission | None:
        if self.there.access is None:
            return None
        known = Admission(self.there.access, caller, zone=self.there.site.zone)
        return self._admissions.setdefault(caller, known)


async def look_at(
    session: AsyncSession, there: Versions, rows: Collection[WaitingEntry], now: datetime
) -> Look:
    """For those who wait there."""
    callers: Mapping[str, Caller] = {}
    if there.access is not None:
        found = await callers_waiting(session, there.site.id)
        callers = {entry: told_apart(there.access, caller) for entry, caller in found.items()}
    facts = await pools_at(session, [there.site.id])
    return Look(session, there, now, facts, callers, days_of(rows))


def _free_of(
    pools: Sequence[Pool], *, length: timedelta, starts: Iterable[datetime]
) -> tuple[Pool, list[datetime]]:
    return pools[0], free_among(pools[0], length, starts)


def _fitting(pools: Iterable[Pool], needs: Needs) -> Hashable:
    """All that needs come to there: of sizes only who fits where."""
    asked = (needs.accessible, needs.trailer, needs.drive_through, needs.bay)
    return asked, tuple(pool.ground.shapes.fitting(needs) for pool in pools)
