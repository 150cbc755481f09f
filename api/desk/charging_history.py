"""A driver's charging: their visits, what they come to by month, and all of them as a table. Nobody else's."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from api.desk.principal import Principal
from api.desk.refusals import ScopeMissing
from db.engine import Sessions
from db.queries.charging.history import MonthSum, Visit, months_of, visits_of
from db.queries.newest_first import RowPosition
from domain.money.amount import Money
from domain.money.bookkeeping import Month
from texts.tables import as_text, lines_of

MONTHS = 12
COLUMNS = ("began", "ended", "site", "reservation", "kwh", "minutes", "currency", "cost")
_AT_ONCE = 500
_BESIDE = timedelta(days=1)
"""So far a site's clock is from any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedMonth:
    """`costs`: one a currency, of what has a bill."""

    month: Month
    visits: int
    energy_wh: int
    costs: tuple[Money, ...]


class ChargingHistory:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def page(self, principal: Principal, after: RowPosition | None, limit: int) -> Sequence[Visit]:
        """Up to `limit` + 1, the one that began last first. Raises ScopeMissing."""
        async with self._sessions() as session:
            return await visits_of(session, _driver(principal), self._clock(), after, limit)

    async def months(self, principal: Principal) -> Sequence[ChargedMonth]:
        """The last MONTHS with this one, the oldest first; where nothing was charged, too. Raises ScopeMissing."""
        now = self._clock()
        months = Month(now.year, now.month).and_before(MONTHS)
        async with self._sessions() as session:
            found = await months_of(session, _driver(principal), now, months[0].begins(UTC) - _BESIDE)
        later = {one.month for one in found if one.month not in months and one.month.first > months[-1].first}
        return [_summed(month, found) for month in (*months, *sorted(later, key=str))][-MONTHS:]

    async def table(self, principal: Principal, at_once: int = _AT_ONCE) -> AsyncIterator[bytes]:
        """All visits as CSV, the latest first; times on their sites' clocks. Raises ScopeMissing."""
        driver, after = _driver(principal), None
        yield lines_of((COLUMNS,)).encode()
        async with self._sessions() as session:
            while found := (await visits_of(session, driver, self._clock(), after, at_once))[:at_once]:
                yield lines_of(map(_row, found)).encode()
                after = RowPosition(found[-1].began_at, found[-1].id)


def _driver(principal: Principal) -> str:
    if principal.driver_id is None:
        raise ScopeMissing("driver")
    return principal.driver_id


def _summed(month: Month, found: Iterable[MonthSum]) -> ChargedMonth:
    own = [one for one in found if one.month == month]
    return ChargedMonth(
        month=month,
        visits=sum(one.visits for one in own),
        energy_wh=sum(one.energy_wh for one in own),
        costs=tuple(one.cost for one in own if one.cost is not None),
    )


def _row(visit: Visit) -> Sequence[str]:
    zone = ZoneInfo(visit.zone)
    began, ended = (
        "" if at is None else at.astimezone(zone).isoformat(timespec="seconds")
        for at in (visit.began_at, visit.ended_at)
    )
    amount, _, currency = ("", "", "") if visit.cost is None else str(visit.cost).partition(" ")
    return (
        began,
        ended,
        as_text(visit.site_name),
        visit.reservation or "",
        f"{visit.energy_wh / 1000:.3f}",
        str(round(visit.seconds / 60)),
        currency,
        amount,
    )
