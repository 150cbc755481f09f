"""The plan of a site over the wire."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from api.v1.schemas.fields import LINE, Answer, Body, Identifier, Reason
from domain.place.site_plan import (
    LARGEST_BAY_CM,
    LARGEST_SIDE_CM,
    LEAST_BAY_CM,
    LEAST_SIDE_CM,
    LONGEST_LABEL,
    MOST_BAYS,
    MOST_LANDMARKS,
    USUAL_LENGTH_CM,
    USUAL_WIDTH_CM,
    Landmark,
    LandmarkKind,
    PlacedBay,
    SitePlan,
)

Across = Annotated[
    int,
    Field(strict=True, ge=0, le=LARGEST_SIDE_CM, description="Of its middle, from the left, in centimetres"),
]
Down = Annotated[
    int,
    Field(strict=True, ge=0, le=LARGEST_SIDE_CM, description="Of its middle, from the top, in centimetres"),
]
Angle = Annotated[int, Field(strict=True, ge=0, le=359, description="Degrees, clockwise")]
Side = Annotated[int, Field(strict=True, ge=LEAST_SIDE_CM, le=LARGEST_SIDE_CM)]
BaySide = Annotated[int, Field(strict=True, ge=LEAST_BAY_CM, le=LARGEST_BAY_CM)]
LandmarkSide = Annotated[int, Field(strict=True, ge=0, le=LARGEST_SIDE_CM)]
_EXAMPLE: JsonDict = {
    "examples": [
        {
            "width_cm": 2400,
            "length_cm": 1600,
            "bays": [
                {"label": "Bay harbour-1", "x_cm": 400, "y_cm": 300},
                {"label": "Bay harbour-2", "x_cm": 700, "y_cm": 300, "width_cm": 350},
            ],
            "landmarks": [
                {"kind": "entrance", "x_cm": 0, "y_cm": 1300, "label": "Quay Street"},
                {
                    "kind": "building",
                    "x_cm": 1900,
                    "y_cm": 400,
                    "width_cm": 800,
                    "length_cm": 600,
                    "label": "Café",
                },
            ],
            "reason": "Measured",
        }
    ]
}


class PlacedBayIn(Body):
    label: Identifier = Field(description="Of a bay that a connector of the site has")
    x_cm: Across
    y_cm: Down
    angle: Angle = 0
    length_cm: BaySide = Field(
        default=USUAL_LENGTH_CM, description="Up and down on the plan, while it is not turned"
    )
    width_cm: BaySide = USUAL_WIDTH_CM

    def placed(self) -> PlacedBay:
        return PlacedBay(**dict(self))


class LandmarkIn(Body):
    """Buildings, walls and greenery have a size, all else has none."""

    kind: LandmarkKind
    x_cm: Across
    y_cm: Down
    width_cm: LandmarkSide = Field(default=0, description="Along x, while it is not turned")
    length_cm: LandmarkSide = Field(default=0, description="Along y")
    angle: Angle = 0
    label: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=LONGEST_LABEL, pattern=LINE)
    ] = Field(default="", description="What is written there; `label` has nothing else")

    def landmark(self) -> Landmark:
        return Landmark(**dict(self))


class SitePlanIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra=_EXAMPLE)

    width_cm: Side = Field(description="Of the ground that is shown, along x")
    length_cm: Side = Field(description="Along y")
    bays: list[PlacedBayIn] = Field(
        max_length=MOST_BAYS, description="None on another; a bay of the site that is not named is not shown"
    )
    landmarks: list[LandmarkIn] = Field(default=[], max_length=MOST_LANDMARKS)
    reason: Reason = ""

    def plan(self) -> SitePlan:
        return SitePlan(
            width_cm=self.width_cm,
            length_cm=self.length_cm,
            bays=tuple(one.placed() for one in self.bays),
            landmarks=tuple(one.landmark() for one in self.landmarks),
        )


class PlacedBayOut(Answer):
    label: str
    x_cm: int = Field(description="Of its middle, from the left, in centimetres")
    y_cm: int = Field(description="From the top")
    angle: int = Field(description="Degrees, clockwise")
    length_cm: int = Field(description="Up and down on the plan, while it is not turned")
    width_cm: int


class LandmarkOut(Answer):
    kind: LandmarkKind
    x_cm: int = Field(description="Of its middle, from the left, in centimetres")
    y_cm: int = Field(description="From the top")
    width_cm: int = Field(description="Along x, while it is not turned; 0: it is a point")
    length_cm: int
    angle: int = Field(description="Degrees, clockwise")
    label: str


class SitePlanOut(Answer):
    width_cm: int = Field(description="Of the ground that is shown, along x")
    length_cm: int = Field(description="Along y")
    bays: list[PlacedBayOut]
    landmarks: list[LandmarkOut]
