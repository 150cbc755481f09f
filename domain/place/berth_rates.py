"""How often promises at a berth were not kept, and why: counted, and drawn towards what is usual around it.

Each rate is what was seen, drawn towards what is usual around it, the more the less was seen: a berth's towards that of
the others at its site, theirs towards that of the other sites, and that towards the guesses below. How often a stranger
takes a bay depends on what keeps it: of that, what is usual is counted among berths of the same enforcement level only.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from domain.causes import Cause
from domain.charging.enforcement import EnforcementLevel
from domain.terms.certainty import Risk

WEIGHT = 20
"""So many times as much as one promise seen counts what is usual around it."""
COUNTED_FOR = timedelta(days=180)
"""So long a promise counts after it ended: bays are repaired, neighbours change."""

_STRANGERS: Mapping[EnforcementLevel, float] = {
    EnforcementLevel.HARD: 0.002,
    EnforcementLevel.BACKEND: 0.01,
    EnforcementLevel.SOFT: 0.02,
}
_CHARGERS = frozenset({Cause.CHARGER_FAULT, Cause.CHARGER_OFFLINE, Cause.START_REJECTED})


def usual(risk: Risk, level: EnforcementLevel) -> float:
    """A guess, as long as nothing was seen anywhere."""
    match risk:
        case Risk.FAULT:
            return 0.02
        case Risk.OVERRUN:
            return 0.03
        case Risk.TAKEN:
            return _STRANGERS[level]
        case Risk.WITHDRAWN:
            return 0.01


def risk_of(cause: Cause, *, by_driver_before: bool) -> Risk:
    """What a promise is counted under that was not kept for `cause`. `by_driver_before`: who stood there."""
    if cause in _CHARGERS:
        return Risk.FAULT
    if cause is Cause.CONNECTOR_OCCUPIED:
        return Risk.OVERRUN if by_driver_before else Risk.TAKEN
    return Risk.WITHDRAWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Of `of` promises, how many were not kept, by risk. Raises ValueError for what cannot have been seen."""

    of: int = 0
    bad: Mapping[Risk, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if min(self.bad.values(), default=0) < 0 or sum(self.bad.values()) > self.of:
            raise ValueError("each promise that was not kept is one of those seen, and counted once")

    def __add__(self, other: "Seen") -> "Seen":
        bad = {risk: self.bad.get(risk, 0) + other.bad.get(risk, 0) for risk in Risk}
        return Seen(of=self.of + other.of, bad=bad)

    def __sub__(self, part: "Seen") -> "Seen":
        """Without that part of it: what was seen at a berth is no hint of what is usual around it."""
        bad = {risk: self.bad.get(risk, 0) - part.bad.get(risk, 0) for risk in Risk}
        return Seen(of=self.of - part.of, bad=bad)


@dataclass(frozen=True, slots=True, kw_only=True)
class BerthRecord:
    """Of one berth. `level`: the most that its chargers can do to keep others away."""

    berth_id: int
    site_id: str
    level: EnforcementLevel
    seen: Seen = Seen()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How likely each risk is to keep a promise at a berth from being kept, 0 to 1."""

    level: EnforcementLevel
    fault: float
    overrun: float
    taken: float
    withdrawn: float

    @property
    def bad(self) -> float:
        """Any of them: each promise that was not kept is counted under one."""
        return min(1.0, self.fault + self.overrun + self.taken + self.withdrawn)


def shrunk(bad: int, of: int, around: float) -> float:
    """The rate of what was seen, drawn towards `around`."""
    return (bad + WEIGHT * around) / (of + WEIGHT)


def rates_of(records: Iterable[BerthRecord]) -> dict[int, Rates]:
    """By berth, of all that there are in the installation."""
    known = list(records)
    everywhere: dict[EnforcementLevel | None, Seen] = defaultdict(Seen)
    at_site: dict[tuple[str, EnforcementLevel | None], Seen] = defaultdict(Seen)
    for one in known:
        for level in (None, one.level):
            everywhere[level] += one.seen
            at_site[one.site_id, level] += one.seen

    def rate(one: BerthRecord, risk: Risk) -> float:
        alike = one.level if risk is Risk.TAKEN else None
        found, here = usual(risk, one.level), at_site[one.site_id, alike]
        for seen in (everywhere[alike] - here, here - one.seen, one.seen):
            found = shrunk(seen.bad.get(risk, 0), seen.of, found)
        return found

    return {
        one.berth_id: Rates(level=one.level, **{risk.value: rate(one, risk) for risk in Risk})
        for one in known
    }


UNSEEN = replace(
    rates_of([BerthRecord(berth_id=0, site_id="", level=EnforcementLevel.SOFT)])[0],
    level=EnforcementLevel.SOFT,
)
"""Of a berth that nobody has counted yet."""
