"""The plan of a site: where its bays are, and a few things that one finds one's way by.

Centimetres from its upper left corner, x to the right and y down; whole degrees clockwise. Places are those of middles.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from math import atan2, degrees, hypot

from domain.place.rectangles import Rectangle

LEAST_SIDE_CM, LARGEST_SIDE_CM = 500, 30_000
"""Of the ground that a plan shows."""
LEAST_BAY_CM, LARGEST_BAY_CM = 100, 3_000
MOST_BAYS, MOST_LANDMARKS = 200, 60
LONGEST_LABEL = 40
"""Characters of what is written at a landmark."""
USUAL_LENGTH_CM, USUAL_WIDTH_CM = 500, 250
"""Of a bay that nobody has measured."""
_PARTS = re.compile(r"[^\s/_-]*[\s/_-]+|[^\s/_-]+")


class LandmarkKind(StrEnum):
    ENTRANCE = "entrance"
    EXIT = "exit"
    BUILDING = "building"
    WALL = "wall"
    GREENERY = "greenery"
    LABEL = "label"
    """Only what is written there."""

    @property
    def has_size(self) -> bool:
        return self in (LandmarkKind.BUILDING, LandmarkKind.WALL, LandmarkKind.GREENERY)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedBay:
    """`label`: what is painted there. Not turned, its `length_cm` runs up and down on the plan."""

    label: str
    x_cm: int
    y_cm: int
    angle: int = 0
    length_cm: int = USUAL_LENGTH_CM
    width_cm: int = USUAL_WIDTH_CM

    @property
    def ground(self) -> Rectangle:
        return Rectangle(
            x=self.x_cm, y=self.y_cm, width=self.width_cm, length=self.length_cm, angle=self.angle
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark:
    """`width_cm`, `length_cm`: along x and y while it is not turned; 0 for what is a point."""

    kind: LandmarkKind
    x_cm: int
    y_cm: int
    width_cm: int = 0
    length_cm: int = 0
    angle: int = 0
    label: str = ""

    @property
    def ground(self) -> Rectangle:
        return Rectangle(
            x=self.x_cm, y=self.y_cm, width=self.width_cm, length=self.length_cm, angle=self.angle
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlan:
    """`width_cm`, `length_cm`: of the ground, along x and y. A bay that is not placed is not shown."""

    width_cm: int
    length_cm: int
    bays: tuple[PlacedBay, ...] = ()
    landmarks: tuple[Landmark, ...] = ()

    def of_bays(self, labels: Collection[str]) -> "SitePlan":
        """Without bays that the site has no more."""
        known = frozenset(labels)
        return replace(self, bays=tuple(bay for bay in self.bays if bay.label in known))

    def keeping_absent(self, former: "SitePlan", labels: Collection[str]) -> "SitePlan":
        """With the places that bays had on `former` which the site has not now (`labels`: that it has), so that they
        are there again when they come back: as many as a plan holds, without those where another bay is now, or no
        ground.
        """
        bays = list(self.bays)
        for bay in former.bays:
            fits = bay.ground.lies_within(self.width_cm, self.length_cm)
            if bay.label not in labels and fits and not any(bay.ground.overlaps(one.ground) for one in bays):
                bays.append(bay)
        return replace(self, bays=(*self.bays, *bays[len(self.bays) : MOST_BAYS]))

    def bay(self, label: str) -> PlacedBay | None:
        return next((one for one in self.bays if one.label == label), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """From the nearest entrance to a bay, straight on. `clear`: nothing stands in between, nor may, as on
    another bay.
    """

    entrance: Landmark
    metres: int
    clear: bool


def way_to(plan: SitePlan, label: str) -> Way | None:
    """None: that bay is not on the plan, or no entrance is."""
    bay = plan.bay(label)
    ways_in = [one for one in plan.landmarks if one.kind is LandmarkKind.ENTRANCE]
    if bay is None or not ways_in:
        return None
    entrance = min(ways_in, key=lambda one: hypot(one.x_cm - bay.x_cm, one.y_cm - bay.y_cm))
    right, down = bay.x_cm - entrance.x_cm, bay.y_cm - entrance.y_cm
    line = Rectangle(
        x=entrance.x_cm + right / 2,
        y=entrance.y_cm + down / 2,
        width=hypot(right, down),
        length=0,
        angle=degrees(atan2(down, right)),
    )
    standing = [one.ground for one in plan.landmarks if one.kind.has_size]
    between = [one for one in standing if not one.overlaps(bay.ground)]
    between += [one.ground for one in plan.bays if one != bay]
    clear = not any(one.overlaps(line) for one in between)
    return Way(entrance=entrance, metres=max(1, round(line.width / 100)), clear=clear)


def short_names(labels: Collection[str]) -> dict[str, str]:
    """What of each label is drawn in its bay: without what all of them begin with, word by word, as it tells nothing
    there. Each is the end of its label, and they differ as the labels do.
    """
    parts = {label: _PARTS.findall(label) for label in labels}
    shared = 0
    while len(parts) > 1 and all(len(each) > shared + 1 for each in parts.values()):
        if len({each[shared] for each in parts.values()}) > 1:
            break
        shared += 1
    return {label: "".join(each[shared:]) for label, each in parts.items()}
