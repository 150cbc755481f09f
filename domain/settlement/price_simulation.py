"""What past reservations would have cost, had price rules been in force: before the rules go live."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.money.bill import Bill
from domain.money.lines import LineKind
from domain.place.fullness import gone_percent
from domain.place.slots import Slot
from domain.reservation.progress import Progress
from domain.settlement.metering import ChargingLeg
from domain.settlement.pricing import settle
from domain.settlement.slot_prices import prices_of
from domain.settlement.surroundings import Surroundings
from domain.terms.accepted import Terms
from domain.terms.price_rules import PriceRules
from domain.terms.priced import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A reservation that is settled. `terms`: as they were accepted; `asked`: what its price would have gone by."""

    progress: Progress
    terms: Terms
    legs: tuple[ChargingLeg, ...]
    around: Surroundings
    asked: Asked


@dataclass(slots=True, kw_only=True)
class Sums:
    """Minor units. `charged`, `would_be`: before what is owed to the driver. By kind of line what both have."""

    reservations: int = 0
    dearer: int = 0
    cheaper: int = 0
    charged: int = 0
    would_be: int = 0
    lines_charged: Counter[LineKind] = field(default_factory=Counter)
    lines_would_be: Counter[LineKind] = field(default_factory=Counter)

    def add(self, before: Bill, after: Bill) -> None:
        self.reservations += 1
        self.dearer += after.charge > before.charge
        self.cheaper += after.charge < before.charge
        self.charged += before.charge.minor
        self.would_be += after.charge.minor
        for line in before.lines:
            self.lines_charged[line.kind] += line.amount.minor
        for line in after.lines:
            self.lines_would_be[line.kind] += line.amount.minor


@dataclass(slots=True)
class Simulation:
    """Of `rules` over stories, which are added one by one. `base`: the terms of today, which the rules vary.

    `by_band`: of the name of the band that comes first, empty: in none. A story is priced twice by the rules of
    settling, once with what was accepted and once with the simulated prices; all else stays as it was accepted.
    """

    base: Terms
    rules: PriceRules
    total: Sums = field(default_factory=Sums)
    by_band: dict[str, Sums] = field(default_factory=dict)

    def add(self, story: Story) -> None:
        before = settle(story.progress, story.terms, story.legs, story.around)
        base = self.base.of_tier(story.terms.tier)
        would_be = story.terms.at(prices_of(base, self.rules, 0, story.asked))
        after = settle(story.progress, would_be, story.legs, story.around)
        self.total.add(before, after)
        self.by_band.setdefault(band_of(self.rules, story.asked), Sums()).add(before, after)


def band_of(rules: PriceRules, asked: Asked) -> str:
    """The name of the one with the highest priority that covers it; empty: none does."""
    local = asked.start.astimezone(ZoneInfo(asked.zone))
    covering = [band for band in rules.bands if band.covers(local, holiday=asked.holiday)]
    return max(covering, key=lambda band: band.priority).name if covering else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldThen:
    """A hold of the past. `until`: when it was given back; None: it was not."""

    window: Slot
    placed_at: datetime
    until: datetime | None


def promised_then(mine: HeldThen, others: Iterable[HeldThen], places: int) -> int:
    """Percent of `places` (without the walk-in share) that were gone for `mine` when it was placed."""
    there = [
        one.window
        for one in others
        if one.placed_at < mine.placed_at
        and (one.until is None or one.until > mine.placed_at)
        and one.window.overlaps(mine.window)
    ]
    edges = sorted(
        [(max(window.start, mine.window.start), 1) for window in there]
        + [(window.end, -1) for window in there]
    )
    most = now = 0
    for _, change in edges:
        now += change
        most = max(most, now)
    return gone_percent(places, max(0, places - most))
