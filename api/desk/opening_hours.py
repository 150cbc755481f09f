"""When a site is open, for operators: to see, to preview and to set.

What is set counts at once, for bookings, quotes and offers. Reservations that stand outside it are told, and stay.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.place.opening import hours_of, is_open, next_opening, set_hours
from db.queries.place.pool_facts import pools_at
from db.queries.place.pool_locks import lock_pools
from db.queries.place.sites import site_of
from db.tables import Hold, Pool, Site
from domain.facts.audit_rules import OpeningHoursSet
from domain.place.closures import Hours
from domain.place.slots import Slot
from domain.terms.site_roles import READ, RUN


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """A reservation whose slot touches closed hours."""

    code: str
    slot: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAt:
    """`opens`: from now on, the first instant that is open; None: not for a year. `edition`: of what is set."""

    hours: Hours
    opens: datetime | None
    outside: Sequence[Outside]
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursOrder:
    """`text` in the syntax of OpenStreetMap, empty: always open. `country` ISO 3166-1, empty: no holidays are known.

    `dry_run`: only tell what it would come to.
    """

    text: str
    country: str
    reason: str
    dry_run: bool = False


def edition_of_hours(hours: Hours) -> str:
    return edition_of(hours.text, hours.country)


class OpeningHoursDesk:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def read(self, principal: Principal, site_id: str) -> OpenAt:
        """Raises ScopeMissing, UnknownSite."""
        principal.require_site(site_id, *READ)
        async with self._sessions() as session:
            return await _open_at(session, await site_of(session, site_id), self._clock())

    async def set(
        self, principal: Principal, site_id: str, order: HoursOrder, seen: Seen = WHATEVER
    ) -> OpenAt:
        """Raises ScopeMissing, UnknownSite, ChangedMeanwhile, OpeningHoursInvalid."""
        principal.require_site(site_id, *RUN)
        now = self._clock()
        async with self._sessions() as session:
            site = await site_of(session, site_id)
            await lock_pools(session, [pool.id for pool in await pools_at(session, [site_id])])
            await session.refresh(site, with_for_update={"key_share": True})
            before = edition_of_hours(hours_of(site))
            seen.check(before)
            if set_hours(site, text=order.text, country=order.country) and not order.dry_run:
                fact = OpeningHoursSet(hours=site.opening_hours, country=site.country, reason=order.reason)
                await record(session, principal, fact, site_id, at=now)
            await session.flush()
            found = await _open_at(session, site, now)
            if order.dry_run:
                found = replace(found, edition=before)
                await session.rollback()
            else:
                await session.commit()
        return found


async def _open_at(session: AsyncSession, site: Site, now: datetime) -> OpenAt:
    hours = hours_of(site)
    held = (
        select(Hold.reservation_code, Hold.slot_start, Hold.slot_end)
        .join(Pool, Pool.id == Hold.pool_id)
        .where(Pool.site_id == site.id, Hold.released_at.is_(None), Hold.slot_end > now)
        .order_by(Hold.slot_start, Hold.id)
    )
    standing = [Outside(code=code, slot=Slot(start, end)) for code, start, end in await session.execute(held)]
    return OpenAt(
        hours=hours,
        edition=edition_of_hours(hours),
        opens=next_opening(hours, now),
        outside=[one for one in standing if not is_open(hours, one.slot)],
    )
