"""How a site's prices vary: by time of week, calendar, how full it is, how early one books, tier and group.

Versioned data of the operator's. What a slot costs by it is resolved once (`domain.terms.priced`), told with its
reasons, and frozen in the terms that the driver accepts. Prices are posted: nothing here knows a driver beyond their
tier and groups.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.money.amount import Money
from domain.money.price import Price

UNCHANGED = 100
"""Of a factor in percent."""
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklySpan:
    """`[start, end)` on the site's clock, on `weekdays` (0 Monday .. 6 Sunday; empty: each); may wrap midnight.

    Equal ends: the whole day.
    """

    weekdays: tuple[int, ...] = ()
    start: time = time(0)
    end: time = time(0)

    def covers(self, local: datetime) -> bool:
        """`local`: on the site's clock."""
        clock, weekday = local.time(), local.weekday()
        if self.start < self.end:
            return self._on(weekday) and self.start <= clock < self.end
        if clock >= self.start:
            return self._on(weekday)
        return clock < self.end and self._on((weekday - 1) % 7)

    def spans(self) -> Iterator[tuple[timedelta, timedelta]]:
        """Within a week from Monday 00:00; what passes its end goes on from its beginning."""
        length = _since_midnight(self.end) - _since_midnight(self.start)
        if length <= timedelta(0):
            length += _DAY
        for weekday in sorted(set(self.weekdays or range(7))):
            begin = weekday * _DAY + _since_midnight(self.start)
            end = begin + length
            yield begin, min(end, _WEEK)
            if end > _WEEK:
                yield timedelta(0), end - _WEEK

    def _on(self, weekday: int) -> bool:
        return not self.weekdays or weekday in self.weekdays


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """Days on the site's calendar, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """When it covers the start of a slot, its prices replace the tariff's; None: that one stays.

    Empty `weekly`: any time; empty `dates`: any day. `holidays` True: only public holidays of the site, False: only
    other days. Of several that cover an instant, the one with the highest `priority` decides, price by price.
    """

    name: str
    """Told to drivers as it stands."""
    priority: int = 0
    weekly: tuple[WeeklySpan, ...] = ()
    dates: tuple[Dates, ...] = ()
    holidays: bool | None = None
    energy_per_kwh: Money | None = None
    time_per_minute: Money | None = None
    reservation_fee: Money | None = None

    def price(self, which: Price) -> Money | None:
        return {
            Price.ENERGY: self.energy_per_kwh,
            Price.TIME: self.time_per_minute,
            Price.FEE: self.reservation_fee,
        }[which]

    def covers(self, local: datetime, *, holiday: bool) -> bool:
        if not self.is_on(local.date(), holiday=holiday):
            return False
        return not self.weekly or any(span.covers(local) for span in self.weekly)

    def is_on(self, day: date, *, holiday: bool) -> bool:
        """At any time of it that `weekly` has."""
        if self.holidays not in (None, holiday):
            return False
        return not self.dates or any(span.first <= day <= span.last for span in self.dates)

    def meets(self, other: "Band") -> bool:
        """Can both cover one instant?"""
        if None not in (self.holidays, other.holidays) and self.holidays != other.holidays:
            return False
        return _dates_meet(self.dates, other.dates) and _weeks_meet(self.weekly, other.weekly)


@dataclass(frozen=True, slots=True, kw_only=True)
class OccupancyStep:
    """From so full on (percent of the places for the slot that are gone) prices are multiplied."""

    from_percent: int
    factor_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadStep:
    """Who books this long before the slot or later pays so many percent."""

    within: timedelta
    factor_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFactor:
    """Of a membership tier, or of a group of drivers. `name`: of the tier, or the group's id.

    `told`: what drivers are told instead; empty: the name.
    """

    name: str
    factor_percent: int
    told: str = ""

    @property
    def shown(self) -> str:
        return self.told or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """However prices are multiplied, one that varies stays within these; None: no bound."""

    price: Price
    floor: Money | None = None
    cap: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRules:
    """One version. `varies`: the prices that the factors multiply; bands set what they name.

    `occupancy` and `lead`: the step that is reached last counts. Of tier and groups the one that is best for the
    driver counts, alone.
    """

    currency: str
    bands: tuple[Band, ...] = ()
    varies: tuple[Price, ...] = (Price.ENERGY,)
    occupancy: tuple[OccupancyStep, ...] = ()
    lead: tuple[LeadStep, ...] = ()
    tiers: tuple[NamedFactor, ...] = ()
    groups: tuple[NamedFactor, ...] = ()
    bounds: tuple[Bounds, ...] = ()

    def occupancy_step(self, occupied_percent: int) -> OccupancyStep | None:
        """That is reached last."""
        reached = (step for step in self.occupancy if step.from_percent <= occupied_percent)
        return max(reached, key=lambda step: step.from_percent, default=None)

    def lead_step(self, lead: timedelta) -> LeadStep | None:
        late = (step for step in self.lead if lead <= step.within)
        return min(late, key=lambda step: step.within, default=None)

    @property
    def knows_holidays(self) -> bool:
        """Does any band ask whether it is one?"""
        return any(band.holidays is not None for band in self.bands)

    @property
    def knows_groups(self) -> bool:
        """Does it matter who asks?"""
        return bool(self.groups)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)


def _dates_meet(mine: tuple[Dates, ...], theirs: tuple[Dates, ...]) -> bool:
    if not mine or not theirs:
        return True
    return any(a.first <= b.last and b.first <= a.last for a in mine for b in theirs)


def _weeks_meet(mine: tuple[WeeklySpan, ...], theirs: tuple[WeeklySpan, ...]) -> bool:
    if not mine or not theirs:
        return True
    ours = [span for each in mine for span in each.spans()]
    return any(
        begin < end and start < until
        for begin, until in ours
        for each in theirs
        for start, end in each.spans()
    )
