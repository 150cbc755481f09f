"""How likely an offer is kept, in words."""

from dataclasses import dataclass

from domain.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class CertaintyFact(Fact):
    """One sentence about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyKept(CertaintyFact):
    """So many of 100 such bookings."""

    percent: int


@dataclass(frozen=True, slots=True)
class KeptByCharger(CertaintyFact):
    """The device keeps others away."""


@dataclass(frozen=True, slots=True)
class KeptByUs(CertaintyFact):
    """Only the backend refuses others."""


@dataclass(frozen=True, slots=True)
class KeptByNobody(CertaintyFact):
    """The charger may start without asking."""


@dataclass(frozen=True, slots=True)
class CountsOnRepair(CertaintyFact):
    """More is promised for that time than works now."""
