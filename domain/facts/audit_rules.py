"""What operators did to the rules of a site, and to who belongs where: of the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from domain.facts.audit import AuditFact


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRulesSet(AuditFact):
    """Of a site, or of all without their own. `varies` False: from then on the tariff's prices count."""

    version: int
    since: datetime
    varies: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet(AuditFact):
    """Of a site. `members`: of the policy that were changed, one after another."""

    version: int
    since: datetime
    members: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffSet(AuditFact):
    """The same of its tariff."""

    version: int
    since: datetime
    members: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHoursSet(AuditFact):
    """Of a site; empty `hours`: always open. `country` is empty where it counts for nothing."""

    hours: str
    country: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaysDeclared(AuditFact):
    """How bays of a site are. `bays`: their labels."""

    bays: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenancePlanned(AuditFact):
    """At a site. `reservations`: so many stood in it."""

    window_id: int
    start: datetime
    end: datetime
    reservations: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceCancelled(AuditFact):
    window_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRulesSet(AuditFact):
    """Of a site. `open`: from then on everybody may use all of it."""

    version: int
    since: datetime
    open: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNamed(AuditFact):
    """A group of drivers was made, or has another name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJoined(AuditFact):
    """A driver is in a group. `until` None: until they are taken out."""

    group: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationMade(AuditFact):
    """Into a group of drivers. `domain`: of e-mail addresses; empty: by a code."""

    group: str
    number: int
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationEnded(AuditFact):
    """It takes nobody in any more."""

    group: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJoinedInvited(AuditFact):
    """A driver came into a group by an invitation."""

    group: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLeft(AuditFact):
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonJoined(AuditFact):
    """A driver is known to be that person."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonParted(AuditFact):
    """A driver is not that person after all."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipGiven(AuditFact):
    """`until` None: until it is ended. `tier`: empty: of none."""

    number: int
    since: datetime
    until: datetime | None
    tier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipEnded(AuditFact):
    number: int
    until: datetime
