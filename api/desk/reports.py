"""Reports for operators: what was promised at their sites, and what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.place.sites import site_of
from db.queries.reports.reliability import Bin, reliability
from db.queries.reports.site_use import DayOfUse, use_of
from domain.errors import SlotInvalid
from domain.facts.refused_bookings import EndNotAfterStart
from domain.terms.site_roles import READ

USUAL = timedelta(days=90)
"""So long back from now, where nobody says since when."""
DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Of slots that start in [since, until). `bins`: the least certain first, of equally many."""

    since: datetime
    until: datetime
    bins: Sequence[Bin]

    @property
    def promises(self) -> int:
        return sum(one.promises for one in self.bins)

    @property
    def brier(self) -> float | None:
        """The mean square of what the certainties were off, 0 to 1, less is better; None: there were none."""
        return sum(one.squared for one in self.bins) / self.promises if self.bins else None


class Reports:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def reliability(
        self, principal: Principal, *, site_id: str | None, since: datetime | None, until: datetime | None
    ) -> Reliability:
        """Of all sites that the caller sees, if none is named.

        Raises ScopeMissing, SiteForbidden, UnknownSite, SlotInvalid.
        """
        principal.require_operator()
        if site_id is not None:
            principal.require_site(site_id, *READ)
        until = until or self._clock()
        since = since or until - USUAL
        if since >= until:
            raise SlotInvalid(EndNotAfterStart())
        async with self._sessions() as session:
            if site_id is not None:
                await site_of(session, site_id)
            sites = principal.reach if site_id is None else (site_id,)
            found = await reliability(session, sites, since, until)
        return Reliability(since=since, until=until, bins=found)

    async def site_use(self, principal: Principal, site_id: str) -> Sequence[DayOfUse]:
        """The last DAYS on the site's clock, today's the last. Raises ScopeMissing, SiteForbidden, UnknownSite."""
        principal.require_site(site_id, *READ)
        async with self._sessions() as session:
            site = await site_of(session, site_id)
            today = self._clock().astimezone(ZoneInfo(site.zone)).date()
            return await use_of(session, site_id, today - timedelta(days=DAYS - 1), today)
