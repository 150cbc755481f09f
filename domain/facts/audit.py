"""Who did what to a reservation: the acts of people, and of the last net."""

from dataclasses import dataclass

from domain.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class Deed(Fact):
    """Something done to a reservation by a person; `reason`: their own words, often empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Deed):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign(Deed):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waive(Deed):
    """`kind`: of a line."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(Deed):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanReleased(Deed):
    """Its workflow was gone (`workflow`: how it ended); `holds` were given back by the reconciler."""

    workflow: str
    holds: int
