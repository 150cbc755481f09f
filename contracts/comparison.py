"""Comparing what lists and searches show with what the workflows say: what is asked, and what is reported."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.declaration import Activity, Kind
from contracts.publication import ReservationView


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one reservation's workflow stands, by its own word.

    `answered` False: it did not in time, and nothing is known. `view` None although it answered: it ended without one
    (terminated). `version`: the length of its history. `attributes`: search attributes by name, as they are.
    """

    run: str
    version: int
    closed_at: datetime | None
    """None while it runs."""
    answered: bool
    view: ReservationView | None
    attributes: dict[str, Any]
    acting: bool = False
    """In the middle of a step, which has still to show what came of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`sample`: how many open ones and how many that closed lately; None: all, and also those without a row."""

    sample: int | None
    closed_within_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonReport:
    """`differences`: kind → how many. `codes`: the first that differed. `repaired`: of all that differed."""

    compared: int = 0
    silent: int = 0
    """Workflows that did not answer."""
    differences: dict[str, int] = field(default_factory=dict)
    repaired: int = 0
    codes: list[str] = field(default_factory=list)
    implausible: str = ""
    """Why nothing was compared: what the namespace says proves nothing."""


COMPARE = Activity("compare_with_workflows", Comparison, ComparisonReport, Kind.CONVERGENT)
