"""Why a plan of a site is refused, each with the bay or landmark that it is about."""

from dataclasses import dataclass

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPlanOfSite(RefusalFact):
    """There is no plan of the site {site_id}"""

    site_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanExtentUnusable(RefusalFact):
    """A plan shows {least} to {most} m each way"""

    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTooFull(RefusalFact):
    """A plan has at most {bays} bays and {landmarks} landmarks"""

    bays: int
    landmarks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BayTwiceOnPlan(RefusalFact):
    """{bay} is on the plan twice"""

    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaySizeUnusable(RefusalFact):
    """{bay} must be {least} to {most} m long and wide"""

    bay: str
    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BayOffPlan(RefusalFact):
    """{bay} does not lie within the plan; its place is that of its middle"""

    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaysOverlap(RefusalFact):
    """{bay} lies on {other}"""

    bay: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LandmarkOffPlan(RefusalFact):
    """Landmark {number} does not lie within the plan; its place is that of its middle"""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LandmarkWithoutSize(RefusalFact):
    """Landmark {number}: buildings, walls and greenery have a width and a length, all else has none"""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LandmarkUnlabelled(RefusalFact):
    """Landmark {number} needs words, {most} characters at most"""

    number: int
    most: int
