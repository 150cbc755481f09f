"""What chargers show on their own displays."""

from dataclasses import dataclass
from datetime import datetime

from domain.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class Display(Fact):
    """For whoever stands in front of the charger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedFrom(Display):
    """Reserved from {start}. Please leave by then."""

    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFrom(Display):
    """Kept for others from {start}. Please leave by then."""

    start: datetime


@dataclass(frozen=True, slots=True)
class KeptForOthers(Display):
    """Kept for others at this time. Please choose another place."""
