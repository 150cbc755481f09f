"""What of a site is free for who waits there: looked up once for all who wait for the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.drivers import slots_booked
from db.documents import energy_from_document, needs_from_document
from db.queries.place.access import admissions_of
from db.queries.place.pool_facts import fitting_pools
from db.queries.place.pools import decided, load_pools
from db.queries.place.terms import Versions
from db.tables import WaitingEntry
from domain.place.fit import Needs
from domain.place.pool import Pool
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, occupied_window
from domain.queue.finding import first_free
from domain.queue.wish import lasts_of
from domain.terms.policy import Policy
from domain.terms.tiered import policy_for

_Key = tuple[str, Needs, str | None, str | None, date, str]
"""Of pools as some see them: tier, needs, pool and plug, the day on which the window begins, whose access."""
_Asked = tuple[_Key, Slot, tuple[Slot, ...], timedelta | None, str]


@dataclass(frozen=True, slots=True)
class Free:
    """`policy`: of the site, as the entry's driver has it."""

    facts: PoolFacts
    slot: Slot
    policy: Policy


def spans_of(rows: Iterable[WaitingEntry]) -> dict[date, Slot]:
    """As `Look.spans`."""
    found: dict[date, Slot] = {}
    for row in rows:
        window = Slot(row.window_start, row.window_end)  # in UTC, whatever the connection's zone
        known = found.setdefault(window.start.date(), window)
        found[window.start.date()] = Slot(min(known.start, window.start), max(known.end, window.end))
    return found


@dataclass(slots=True)
class Look:
    """Good until something is held. `there`: what is in force at the site. `spans`: of all windows that begin on a day,
    from the first start to the last end.
    """

    session: AsyncSession
    there: Versions
    now: datetime
    spans: dict[date, Slot]
    _pools: dict[_Key, Sequence[Pool]] = field(default_factory=dict)
    _found: dict[_Asked, tuple[Pool, Slot] | None] = field(default_factory=dict)

    async def first_for(self, row: WaitingEntry) -> Free | None:
        """Raises DomainError where what is waited for is not there any more: pools, plugs, slots so long."""
        policy, window = policy_for(self.there.terms.policy, row.tier), Slot(row.window_start, row.window_end)
        needs = needs_from_document(row.needs)
        whose = "" if self.there.access is None else row.driver_id
        key = (row.tier, needs, row.pool_id, row.connector_type, window.start.date(), whose)
        found = await self._once(row, policy, key, ())
        if found is not None and not policy.overlapping_per_driver:
            busy = await slots_booked(self.session, row.driver_id, window)
            found = await self._once(row, policy, key, busy)
        return None if found is None else Free(facts=found[0].facts, slot=found[1], policy=policy)

    async def _once(
        self, row: WaitingEntry, policy: Policy, key: _Key, busy: tuple[Slot, ...]
    ) -> tuple[Pool, Slot] | None:
        """Where nothing is free for anybody, nobody who waits for the same costs a statement."""
        length = None if row.length_seconds is None else timedelta(seconds=row.length_seconds)
        window = Slot(row.window_start, row.window_end)
        energy = "" if row.energy is None else str(sorted(row.energy.items()))
        asked = (key, window, busy, length, energy)
        if asked not in self._found:
            self._found[asked] = await self._look(row, policy, key, length, busy)
        return self._found[asked]

    async def _look(
        self, row: WaitingEntry, policy: Policy, key: _Key, length: timedelta | None, busy: Sequence[Slot]
    ) -> tuple[Pool, Slot] | None:
        if key not in self._pools:
            self._pools[key] = await self._load(row, policy, key)
        pools, window = self._pools[key], Slot(row.window_start, row.window_end)
        energy = None if row.energy is None else energy_from_document(row.energy)
        lasts = lasts_of([pool.facts for pool in pools], policy.slots, length, energy)
        return await decided(
            self.session, pools, lambda seen: first_free(seen, lasts.by_pool, window, busy=busy)
        )

    async def _load(self, row: WaitingEntry, policy: Policy, key: _Key) -> Sequence[Pool]:
        _, needs, pool_id, plug, day, whose = key
        facts = await fitting_pools(
            self.session, row.site_id, pool_id=pool_id, connector_type=plug, plugs=needs.plugs
        )
        admissions = (
            await admissions_of(self.session, whose, [row.site_id], at=self.now, starts=row.window_start)
            if whose
            else {}
        )
        span = occupied_window(self.spans[day], policy.slots.buffer)
        policies = {row.site_id: policy}
        return await load_pools(self.session, facts, span, policies, self.now, admissions, needs)
