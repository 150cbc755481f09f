"""Do access rules make sense together? A line that never decides is refused when written, and the other one named."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from domain.terms.access_rules import AccessLine, AccessRules, Who
from domain.terms.flaw import Flaw
from domain.terms.price_rules import WeeklySpan

MOST_LINES = 100
MOST_NAMES = 100
LONGEST_NAME = 60
_WEEKDAYS = range(7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a site has that lines may name: labels of bays, ids of pools, ids of groups, names of its policy's tiers."""

    bays: frozenset[str] = frozenset()
    pools: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()


def access_flaws(rules: AccessRules, known: Known) -> tuple[Flaw, ...]:
    """Everything that is wrong; empty: each line decides about somebody at some time."""
    if len(rules.lines) > MOST_LINES:
        return (Flaw("lines", f"must be at most {MOST_LINES}"),)
    found = [flaw for index, line in enumerate(rules.lines) for flaw in _line_flaws(index, line, known)]
    return (*found, *_contradictions(rules.lines))


def _line_flaws(index: int, line: AccessLine, known: Known) -> Iterator[Flaw]:
    path = f"lines[{index}]"
    if not line.name.strip() or len(line.name) > LONGEST_NAME or not line.name.isprintable():
        yield Flaw(f"{path}.name", f"must be 1 to {LONGEST_NAME} printable characters")
    if line.who is Who.PUBLIC and line.names:
        yield Flaw(f"{path}.names", "must be empty: the public is everybody")
    if line.who is not Who.PUBLIC and not line.names:
        yield Flaw(f"{path}.names", f"must name at least one {line.who.value}")
    if line.who is Who.GROUP:
        yield from _unknown(f"{path}.names", line.names, known.groups, "group of drivers")
    if line.who is Who.TIER:
        yield from _unknown(f"{path}.names", line.names, known.tiers, "tier of the site's policy")
    yield from _unknown(f"{path}.bays", line.bays, known.bays, "bay of the site")
    yield from _unknown(f"{path}.pools", line.pools, known.pools, "pool of the site")
    for number, span in enumerate(line.weekly):
        if not set(span.weekdays) <= set(_WEEKDAYS):
            yield Flaw(f"{path}.weekly[{number}].weekdays", "must be 0 (Monday) to 6 (Sunday)")
        if span.start.tzinfo or span.end.tzinfo:
            yield Flaw(f"{path}.weekly[{number}]", "must be on the site's clock, without a UTC offset")
    for number, days in enumerate(line.dates):
        if days.last < days.first:
            yield Flaw(f"{path}.dates[{number}]", "ends before it begins")


def _unknown(path: str, names: tuple[str, ...], known: frozenset[str], what: str) -> Iterator[Flaw]:
    if len(names) > MOST_NAMES:
        yield Flaw(path, f"must be at most {MOST_NAMES}")
        return
    for number, name in enumerate(names):
        if name not in known:
            yield Flaw(f"{path}[{number}]", f"is no {what}")


def _contradictions(lines: tuple[AccessLine, ...]) -> Iterator[Flaw]:
    for (one, first), (other, second) in combinations(enumerate(lines), 2):
        if first.name == second.name:
            yield Flaw(
                f"lines[{other}].name", f"is that of lines[{one}] too; people could not tell them apart"
            )
        if _is_decided_by(first, second):
            says = "the same" if first.allow == second.allow else "the opposite"
            yield Flaw(
                f"lines[{other}]",
                f"never decides: lines[{one}] says {says} of all that it covers; put it first, or leave it out",
            )


def _is_decided_by(first: AccessLine, second: AccessLine) -> bool:
    """Does the first cover whoever, wherever and whenever the second does?"""
    everybody = first.who is Who.PUBLIC
    if not everybody and (first.who is not second.who or not set(second.names) <= set(first.names)):
        return False
    return _covers_places(first, second) and _covers_dates(first, second) and _covers_weeks(first, second)


def _covers_places(first: AccessLine, second: AccessLine) -> bool:
    if not first.bays and not first.pools:
        return True
    somewhere = bool(second.bays or second.pools)
    return somewhere and set(second.bays) <= set(first.bays) and set(second.pools) <= set(first.pools)


def _covers_dates(first: AccessLine, second: AccessLine) -> bool:
    if not first.dates:
        return True
    return bool(second.dates) and all(
        any(wide.first <= days.first and days.last <= wide.last for wide in first.dates)
        for days in second.dates
    )


def _covers_weeks(first: AccessLine, second: AccessLine) -> bool:
    if not first.weekly:
        return True
    wide = _merged(first.weekly)
    return all(
        any(begin <= start and end <= until for begin, until in wide)
        for start, end in _merged(second.weekly or (WeeklySpan(),))
    )


def _merged(spans: tuple[WeeklySpan, ...]) -> list[tuple[timedelta, timedelta]]:
    """Within a week from Monday 00:00."""
    merged: list[tuple[timedelta, timedelta]] = []
    for start, end in sorted(span for each in spans for span in each.spans()):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged
