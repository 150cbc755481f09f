"""What a change of a site's policy, tariff or price rules comes to, and for whom: what is posted, before and after.

Of everybody, of the members of each tier, of each group that has prices. What is booked keeps its terms.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from domain.settlement.price_list import Belonging, Belongings, PriceList
from domain.terms.accepted import Terms
from domain.terms.band_calendar import BandCalendar
from domain.terms.policy import Policy
from domain.terms.price_rules import PriceRules
from domain.terms.priced import Prices
from domain.terms.tiered import policy_for

AHEAD = timedelta(days=14)
"""So far is looked for a slot of each band."""
_STEP = timedelta(minutes=15)

PriceOf = Callable[[datetime, int], Prices]
"""Of a slot that starts then, where so many percent of the places are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """The members of a tier, or who is in a group; both empty: everybody else."""

    tier: str = ""
    group: str = ""


EVERYBODY = Audience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What holds at `now`, or would. `rules` None: prices do not vary."""

    terms: Terms
    rules: PriceRules | None
    now: datetime
    is_holiday: Callable[[datetime], bool]

    def policy(self, whom: Audience) -> Policy:
        return policy_for(self.terms.policy, whom.tier)

    def price_of(self, whom: Audience) -> PriceOf:
        if self.rules is None:
            flat = _flat(self.terms.of_tier(whom.tier))
            return lambda _start, _gone: flat
        return PriceList(
            terms=self.terms,
            rules=self.rules,
            version=0,
            now=self.now,
            is_holiday=self.is_holiday,
            whose=Belongings(
                groups=(Belonging(whom.group, self.now),) if whom.group else (),
                tiers=(Belonging(whom.tier, self.now),) if whom.tier else (),
            ),
        ).of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The next slot that a band decides the price of; empty: that none does."""

    band: str
    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleChange:
    sample: Sample
    before: Prices
    after: Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """Of slots that start from `first` to `last`, `windows` in all."""

    first: datetime
    last: datetime
    windows: int
    before: Prices
    after: Prices

    @property
    def dearer(self) -> bool:
        """Is any of its prices?"""
        return any(new > old for old, new in zip(_amounts(self.before), _amounts(self.after), strict=True))


def audiences(*posted: Posted) -> tuple[Audience, ...]:
    """Everybody first, then tiers, then groups."""
    tiers = dict.fromkeys(tier.name for one in posted for tier in one.terms.policy.tiers)
    rules = [one.rules for one in posted if one.rules is not None]
    groups = dict.fromkeys(group.name for one in rules for group in one.groups)
    return (EVERYBODY, *(Audience(tier=name) for name in tiers), *(Audience(group=name) for name in groups))


def samples(posted: Posted) -> tuple[Sample, ...]:
    """One a band that decides anything in the time ahead, and one without; by their starts."""
    found: dict[str, datetime] = {}
    bands = () if posted.rules is None else posted.rules.bands
    calendar, zone = BandCalendar(bands), ZoneInfo(posted.terms.site_zone)
    start = _grid(posted.now)
    while start < posted.now + AHEAD and len(found) <= len(bands):
        places = calendar.covering(start.astimezone(zone), holiday=posted.is_holiday(start))
        first = max((bands[place] for place in places), key=lambda band: band.priority, default=None)
        found.setdefault("" if first is None else first.name, start)
        start += _STEP
    return tuple(Sample(band=band, start=at) for band, at in found.items())


def changed_samples(
    before: Posted, after: Posted, whom: Audience, looked_at: Iterable[Sample]
) -> tuple[SampleChange, ...]:
    """Where nothing else is booked yet; those whose price is another one."""
    old, new = before.price_of(whom), after.price_of(whom)
    found = (SampleChange(sample=one, before=old(one.start, 0), after=new(one.start, 0)) for one in looked_at)
    return tuple(one for one in found if _amounts(one.before) != _amounts(one.after))


def price_changes(old: PriceOf, new: PriceOf, gone: Mapping[datetime, int]) -> tuple[PriceChange, ...]:
    """`gone`: percent by the start of each window, in their order. Neighbours that change alike are one."""
    pairs = [(start, old(start, percent), new(start, percent)) for start, percent in gone.items()]
    found = []
    for alike, run in groupby(pairs, key=lambda pair: (_amounts(pair[1]), _amounts(pair[2]))):
        windows = list(run)
        if alike[0] != alike[1]:
            (first, before, after), (last, _, _) = windows[0], windows[-1]
            found.append(
                PriceChange(first=first, last=last, windows=len(windows), before=before, after=after)
            )
    return tuple(found)


def _amounts(prices: Prices) -> tuple[int, int, int]:
    return prices.energy_per_kwh.minor, prices.time_per_minute.minor, prices.reservation_fee.minor


def _flat(terms: Terms) -> Prices:
    return Prices(
        version=0,
        energy_per_kwh=terms.tariff.energy_per_kwh,
        time_per_minute=terms.tariff.time_per_minute,
        reservation_fee=terms.policy.reservation_fee,
    )


def _grid(at: datetime) -> datetime:
    past = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at if not past else at + _STEP - past
