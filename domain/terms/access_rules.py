"""Who may use which bays of a site, and when: tenants, employees, taxis; the public outside hours.

Versioned data of the operator's. The first line that covers an instant, a bay and somebody decides; where none does,
everybody may. It is asked when somebody books, in what is shown as free, and by the gate of whoever walks in; a
booking that was made stays the driver's, whatever is written later.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.terms.price_rules import Dates, WeeklySpan


class Who(StrEnum):
    PUBLIC = "public"
    """Everybody, also strangers."""
    GROUP = "group"
    """Drivers of any of the groups that are named."""
    FLEET = "fleet"
    TIER = "tier"
    """Members of any of the tiers that are named, there and then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, as far as rules can tell people apart. `groups`: ids. `tiers`: of their memberships there and then."""

    fleet: str | None = None
    groups: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()


ANYBODY = Caller()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where: what is painted on the ground, if anything is, and the pool."""

    bay: str | None
    pool_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLine:
    """`names`: groups, fleets or tiers, of whom any. Empty `weekly`: at any time; empty `dates`: on any day.

    `bays` (labels), `pools` (ids): at any of them; both empty: at the whole site.
    """

    name: str
    """Told to people as it stands."""
    who: Who
    names: tuple[str, ...] = ()
    weekly: tuple[WeeklySpan, ...] = ()
    dates: tuple[Dates, ...] = ()
    bays: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    allow: bool

    def is_of(self, caller: Caller) -> bool:
        if self.who is Who.GROUP:
            return not caller.groups.isdisjoint(self.names)
        if self.who is Who.FLEET:
            return caller.fleet in self.names
        if self.who is Who.TIER:
            return not caller.tiers.isdisjoint(self.names)
        return True

    def is_at(self, spot: Spot) -> bool:
        if not self.bays and not self.pools:
            return True
        return spot.bay in self.bays or spot.pool_id in self.pools

    def covers(self, local: datetime) -> bool:
        """`local`: on the site's clock."""
        if self.dates and not any(days.first <= local.date() <= days.last for days in self.dates):
            return False
        return not self.weekly or any(span.covers(local) for span in self.weekly)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """One version; the order of the lines counts."""

    lines: tuple[AccessLine, ...] = ()


def deciding(rules: AccessRules, caller: Caller, spot: Spot, local: datetime) -> AccessLine | None:
    """None: no line says anything, so that they may. `local`: on the site's clock."""
    return next(
        (line for line in rules.lines if line.is_at(spot) and line.is_of(caller) and line.covers(local)), None
    )


def told_apart(rules: AccessRules, caller: Caller) -> Caller:
    """Only what some line asks of them: who is equal then may the same everywhere, at any time."""
    named = {
        who: frozenset(name for line in rules.lines if line.who is who for name in line.names) for who in Who
    }
    return Caller(
        fleet=caller.fleet if caller.fleet in named[Who.FLEET] else None,
        groups=caller.groups & named[Who.GROUP],
        tiers=caller.tiers & named[Who.TIER],
    )


def who_may(rules: AccessRules, spot: Spot, local: datetime) -> tuple[str, ...]:
    """Names of the lines by which somebody may there then."""
    found: list[str] = []
    for line in rules.lines:
        if line.is_at(spot) and line.covers(local):
            if line.allow:
                found.append(line.name)
            elif line.who is Who.PUBLIC:
                break
    return tuple(found)
