"""Why something is offered instead of what was asked for, as it is told: how it differs, and how it is like it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.facts.fact import Fact
from domain.whereabouts import Whereabouts


@dataclass(frozen=True, slots=True)
class OfferFact(Fact):
    """One sentence about an alternative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SameTimeHere(OfferFact):
    """`power` in kW."""

    power: float


@dataclass(frozen=True, slots=True)
class OtherBayHere(OfferFact):
    """Than the one that was asked for by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierAtBay(OfferFact):
    """At the bay that was asked for by name."""

    by: timedelta
    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterAtBay(OfferFact):
    """As EarlierAtBay."""

    by: timedelta
    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPlugHere(OfferFact):
    """`plug`: OCPI ConnectorType name."""

    plug: str
    power: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierHere(OfferFact):
    """`accessible`: a bay for people with disabilities, which is anybody's by then."""

    by: timedelta
    accessible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterHere(OfferFact):
    """As EarlierHere."""

    by: timedelta
    accessible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShorterHere(OfferFact):
    """At the bay that they have, until `until` only."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedHere(OfferFact):
    """A bay that is kept for people with disabilities; from `opens` on anybody may book it."""

    opens: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby(OfferFact):
    """`km`: as the crow flies, from the wanted site."""

    site: Whereabouts
    km: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BayKept(OfferFact):
    """One bay by name: others could begin at `starts` times around it, at `lost` of them no more while it is kept."""

    bay: str
    lost: int
    starts: int
