"""What many slots of a site cost, where its prices vary: as each does alone, with those that are alike priced once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from domain.errors import Explanation
from domain.facts.fact import code_of
from domain.facts.price_reasons import BusyTime
from domain.settlement.slot_prices import prices_of
from domain.terms.accepted import Terms
from domain.terms.band_calendar import BandCalendar
from domain.terms.price_rules import LeadStep, OccupancyStep, PriceRules
from domain.terms.priced import Asked, Prices
from domain.terms.tiered import tier_of

_BUSY = code_of(BusyTime)
_Alike = tuple[tuple[int, ...], LeadStep | None, frozenset[str], str]
"""Of starts that differ in nothing that the rules go by: bands, how late one books, groups, tier."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """A driver is in a group, by its id, or a tier in `[since, until)`; None: until somebody takes them out."""

    name: str
    since: datetime
    until: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    groups: tuple[Belonging, ...] = ()
    tiers: tuple[Belonging, ...] = ()


NO_BELONGINGS = Belongings()


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """Asked about at `now`. `terms`: everybody's. `is_holiday`: at the site, of an instant. `whose`: the driver's whom
    it is for.
    """

    terms: Terms
    rules: PriceRules
    version: int
    now: datetime
    is_holiday: Callable[[datetime], bool]
    whose: Belongings = NO_BELONGINGS

    def of(self, start: datetime, gone_percent: int) -> Prices:
        """Of a slot that starts then, where so many percent of the places are gone. The same prices are one object."""
        if (kind := self._kind_of.get(start)) is None:
            alike = self._alike(start)
            kind = self._kind_of[start] = self._kinds.setdefault(alike, len(self._kinds))
        step, place = self._step_at[gone_percent]
        gone = 0 if step is None else gone_percent
        if (known := self._known.get((kind, gone))) is None:
            known = self._known[kind, gone] = self._with(start, kind, place, gone)
        return known

    def _with(self, start: datetime, kind: int, step: int, gone: int) -> Prices:
        """Within a step of demand only what is told of it differs."""
        if (similar := self._by_step.get((kind, step))) is None:
            asked = replace(self._asked(start), occupied_percent=gone)
            similar = prices_of(self.terms.of_tier(asked.tier), self.rules, self.version, asked)
            self._by_step[kind, step] = similar
            return similar
        return replace(similar, reasons=tuple(_at(reason, gone) for reason in similar.reasons))

    def _alike(self, start: datetime) -> _Alike:
        bands = self._calendar.covering(start.astimezone(self._zone), holiday=self._holiday(start))
        return bands, self.rules.lead_step(start - self.now), self._groups(start), self._tier(start)

    def _asked(self, start: datetime) -> Asked:
        return Asked(
            start=start,
            zone=self.terms.site_zone,
            lead=start - self.now,
            holiday=self._holiday(start),
            groups=self._groups(start),
            tier=self._tier(start),
        )

    def _holiday(self, start: datetime) -> bool:
        return self.rules.knows_holidays and self.is_holiday(start)

    def _groups(self, start: datetime) -> frozenset[str]:
        return frozenset(one.name for one in self.whose.groups if one.covers(start))

    def _tier(self, start: datetime) -> str:
        there = [one.name for one in self.whose.tiers if one.covers(start)]
        return tier_of(self.terms.policy, there) if there else ""

    @cached_property
    def _step_at(self) -> list[tuple[OccupancyStep | None, int]]:
        """For each percent the step that is reached and its place."""
        found = [self.rules.occupancy_step(percent) for percent in range(101)]
        return [(step, -1 if step is None else self.rules.occupancy.index(step)) for step in found]

    @cached_property
    def _calendar(self) -> BandCalendar:
        return BandCalendar(self.rules.bands)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.terms.site_zone)

    @cached_property
    def _kinds(self) -> dict[_Alike, int]:
        return {}

    @cached_property
    def _kind_of(self) -> dict[datetime, int]:
        return {}

    @cached_property
    def _known(self) -> dict[tuple[int, int], Prices]:
        return {}

    @cached_property
    def _by_step(self) -> dict[tuple[int, int], Prices]:
        return {}


def _at(reason: Explanation, gone: int) -> Explanation:
    if reason.code != _BUSY:
        return reason
    return Explanation(code=reason.code, written={**reason.written, "occupied_percent": gone})
