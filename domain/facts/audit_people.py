"""What operators did to drivers and their cards, and drivers to theirs: of the audit trail.

A card is told by its end: whoever knows all of it can charge with it.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.facts.audit import AuditFact


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverEntered(AuditFact):
    """A driver is known, or belongs to another fleet. `fleet`: empty: to none."""

    fleet: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetDriverEntered(AuditFact):
    """By the fleet itself, whose driver they are from now on."""

    fleet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetDriverRemoved(AuditFact):
    """By the fleet itself, whose driver they are no more."""

    fleet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetLeft(AuditFact):
    """By the driver themselves, who was the fleet's."""

    fleet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverBarred(AuditFact):
    """Their account is blocked: nothing opens for them, and they book nothing."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverLetIn(AuditFact):
    """Their account is blocked no more."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSet(AuditFact):
    """A driver's card was registered, or changed. `former`: the driver whose it was before; empty: nobody else's.
    `until` None: for good.
    """

    card: str
    former: str
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardBlocked(AuditFact):
    card: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardUnblocked(AuditFact):
    card: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLost(AuditFact):
    """Its driver has said so; it is blocked."""

    card: str


@dataclass(frozen=True, slots=True)
class DriverErased(AuditFact):
    """What named a driver is gone; its subject is what they are called since."""
