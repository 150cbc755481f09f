"""How likely an offer is kept, as it is told and frozen with the booking. How it is found: `domain.place.certainty`."""

from dataclasses import dataclass
from enum import StrEnum

from domain.charging.enforcement import EnforcementLevel


class Risk(StrEnum):
    """Why a promise is not kept. Of one that was not, one is counted."""

    FAULT = "fault"
    """The bay is broken or silent, or does not start."""
    OVERRUN = "overrun"
    """The driver before stays too long."""
    TAKEN = "taken"
    """Somebody else stands there, whom the charger or our gate let in."""
    WITHDRAWN = "withdrawn"
    """By us: maintenance, somebody's decision, a failure of the system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """`kept`: the probability that the driver is served as promised, 0 to 1; the others: of what may keep them from it,
    each by itself. `overbooked`: more is promised then than works now, and not enough is repaired by then.
    `level`: the most that the charger can do to keep others away.
    """

    kept: float
    level: EnforcementLevel
    fault: float
    overrun: float
    taken: float
    withdrawn: float
    overbooked: float = 0.0

    @property
    def percent(self) -> int:
        """In words: never certain, never hopeless."""
        return min(99, max(1, round(self.kept * 100)))
