"""What is wrong with a plan of a site, each with the place where it is."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import combinations

from domain.facts.refusals import NoSuchBayHere, RefusalFact
from domain.facts.refused_plans import (
    BayOffPlan,
    BaySizeUnusable,
    BaysOverlap,
    BayTwiceOnPlan,
    LandmarkOffPlan,
    LandmarkUnlabelled,
    LandmarkWithoutSize,
    PlanExtentUnusable,
    PlanTooFull,
)
from domain.place.rectangles import Rectangle
from domain.place.site_plan import (
    LARGEST_BAY_CM,
    LARGEST_SIDE_CM,
    LEAST_BAY_CM,
    LEAST_SIDE_CM,
    LONGEST_LABEL,
    MOST_BAYS,
    MOST_LANDMARKS,
    Landmark,
    LandmarkKind,
    SitePlan,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFlaw:
    """At most one of `bay` (a label) and `landmark` (its place in the list, from 0) is named; none: the plan's own."""

    fact: RefusalFact
    bay: str | None = None
    landmark: int | None = None


def plan_flaws(plan: SitePlan, labels: Collection[str]) -> Iterator[PlanFlaw]:
    """`labels`: of the bays that the site has. Of more than a plan can hold nothing else is said."""
    if len(plan.bays) > MOST_BAYS or len(plan.landmarks) > MOST_LANDMARKS:
        yield PlanFlaw(fact=PlanTooFull(bays=MOST_BAYS, landmarks=MOST_LANDMARKS))
        return
    if not all(LEAST_SIDE_CM <= side <= LARGEST_SIDE_CM for side in (plan.width_cm, plan.length_cm)):
        least, most = LEAST_SIDE_CM // 100, LARGEST_SIDE_CM // 100
        yield PlanFlaw(fact=PlanExtentUnusable(least=least, most=most))
    yield from _of_bays(plan, frozenset(labels))
    yield from _overlaps(plan)
    for index, landmark in enumerate(plan.landmarks):
        yield from _of_landmark(plan, index, landmark)


def _of_bays(plan: SitePlan, labels: frozenset[str]) -> Iterator[PlanFlaw]:
    seen: set[str] = set()
    for bay in plan.bays:
        if bay.label not in labels:
            yield PlanFlaw(fact=NoSuchBayHere(bay=bay.label), bay=bay.label)
        if bay.label in seen:
            yield PlanFlaw(fact=BayTwiceOnPlan(bay=bay.label), bay=bay.label)
        if not all(LEAST_BAY_CM <= size <= LARGEST_BAY_CM for size in (bay.length_cm, bay.width_cm)):
            least, most = LEAST_BAY_CM // 100, LARGEST_BAY_CM // 100
            yield PlanFlaw(fact=BaySizeUnusable(bay=bay.label, least=least, most=most), bay=bay.label)
        if not bay.ground.lies_within(plan.width_cm, plan.length_cm):
            yield PlanFlaw(fact=BayOffPlan(bay=bay.label), bay=bay.label)
        seen.add(bay.label)


def _overlaps(plan: SitePlan) -> Iterator[PlanFlaw]:
    """Told of the later one. Landmarks may lie beneath bays: a roof over them is a building."""
    placed: list[tuple[str, Rectangle]] = [(bay.label, bay.ground) for bay in plan.bays]
    for (label, ground), (other, taken) in combinations(placed, 2):
        if label != other and ground.overlaps(taken):
            yield PlanFlaw(fact=BaysOverlap(bay=other, other=label), bay=other)


def _of_landmark(plan: SitePlan, index: int, landmark: Landmark) -> Iterator[PlanFlaw]:
    number, sizes = index + 1, (landmark.width_cm, landmark.length_cm)
    if min(sizes) <= 0 if landmark.kind.has_size else any(sizes):
        yield PlanFlaw(fact=LandmarkWithoutSize(number=number), landmark=index)
    if not landmark.ground.lies_within(plan.width_cm, plan.length_cm):
        yield PlanFlaw(fact=LandmarkOffPlan(number=number), landmark=index)
    said = landmark.label
    if (landmark.kind is LandmarkKind.LABEL and not said.strip()) or len(said) > LONGEST_LABEL:
        yield PlanFlaw(fact=LandmarkUnlabelled(number=number, most=LONGEST_LABEL), landmark=index)
