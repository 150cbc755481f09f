"""The plan of a site: where its bays are, and a few things that one finds one's way by.

Centimetres from its upper left corner, x to the right and y down; whole degrees clockwise. Places are those of middles.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.place.rectangles import Rectangle

LEAST_SIDE_CM, LARGEST_SIDE_CM = 500, 30_000
"""Of the ground that a plan shows."""
LEAST_BAY_CM, LARGEST_BAY_CM = 100, 3_000
MOST_BAYS, MOST_LANDMARKS = 200, 60
LONGEST_LABEL = 40
"""Characters of what is written at a landmark."""
USUAL_LENGTH_CM, USUAL_WIDTH_CM = 500, 250
"""Of a bay that nobody has measured."""


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

    def bay(self, label: str) -> PlacedBay | None:
        return next((one for one in self.bays if one.label == label), None)
