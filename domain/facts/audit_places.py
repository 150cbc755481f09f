"""What operators did to what is installed: of the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from domain.facts.audit import AuditFact


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSet(AuditFact):
    """`members`: those that changed, one after another. `new`: it was not there before."""

    members: str
    new: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSet(AuditFact):
    """The same of a pool of the site."""

    pool: str
    members: str
    new: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerSet(AuditFact):
    """The same of a charger, with its connectors."""

    site: str
    members: str
    new: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkInTariffSet(AuditFact):
    """Of a site. `ended`: walk-ins are priced no more from then on. `members`: as of a tariff."""

    version: int
    since: datetime
    members: str
    ended: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BayReportResolved(AuditFact):
    """What somebody had said of the connector `connector_number`; of a charger."""

    report: int
    connector_number: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlanSet(AuditFact):
    """`bays`, `landmarks`: how many are on it."""

    bays: int
    landmarks: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlanDropped(AuditFact):
    """The site has no plan from then on."""
