"""Bays over the wire: how large they are, what they are for, and what a booking needs of one."""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from api.v1.schemas.fields import Answer, Body, Identifier, Reason
from domain.place.fit import LARGEST_CM, NO_NEEDS, BayShape, Needs

MOST_BAYS = 500
Centimetres = Annotated[int, Field(strict=True, ge=1, le=LARGEST_CM)]
_EXAMPLE: JsonDict = {
    "examples": [
        {
            "bays": [
                {"label": "Bay harbour-1", "length_cm": 500, "width_cm": 350, "accessible": True},
                {"label": "Bay harbour-2", "length_cm": 1800, "trailer": True, "drive_through": True},
            ],
            "reason": "Measured",
        }
    ]
}


class NeedsIn(Body):
    """What a booking asks of its bay; what is left out is not asked for."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"accessible": True}]})

    accessible: bool = Field(default=False, strict=True, description="A bay for people with disabilities")
    trailer: bool = Field(default=False, strict=True)
    drive_through: bool = Field(default=False, strict=True, description="Left without backing out")
    length_cm: Centimetres | None = Field(default=None, description="Of the vehicle, with its trailer")
    width_cm: Centimetres | None = None
    height_cm: Centimetres | None = None

    def needs(self) -> Needs:
        return Needs(**dict(self))


class WithNeeds(Body):
    """Of a body that asks for a bay."""

    vehicle_id: Identifier | None = Field(
        default=None, description="Of /v1/vehicles: the bay fits it, and has one of its plugs"
    )
    needs: NeedsIn | None = Field(default=None, description="Of the bay, beside what the vehicle needs")

    def asked(self) -> dict[str, Any]:
        """Its members, as an order has them."""
        said = dict(self) | {"needs": NO_NEEDS if self.needs is None else self.needs.needs()}
        energy = said.get("energy")
        return said if energy is None else said | {"energy": energy.asked()}


class WithBay(WithNeeds):
    """Of a body that may ask for one bay by its name."""

    bay: Identifier | None = Field(
        default=None,
        description="The label of the bay that it is to be, whatever others want; what that takes from them says "
        "`terms.named_bay`. Default: whichever fits, known shortly before the start",
    )

    def asked(self) -> dict[str, Any]:
        return super().asked() | {"bay": self.bay or ""}


class BayShapeOut(Answer):
    length_cm: int | None = Field(description="Null: not measured, and keeps nobody out; so the others")
    width_cm: int | None
    height_cm: int | None = Field(description="The limit above it")
    trailer: bool = Field(description="A car fits with one")
    drive_through: bool
    accessible: bool = Field(
        description="Kept for who needs it until `terms.accessible_kept_until_seconds` before a slot"
    )


class BayOfSiteOut(BayShapeOut):
    label: str


class BaysOut(Answer):
    items: list[BayOfSiteOut]


class BayIn(Body):
    label: Identifier = Field(description="Of a bay that a connector of the site has")
    length_cm: Centimetres | None = Field(default=None, description="Null: not measured; so the others")
    width_cm: Centimetres | None = None
    height_cm: Centimetres | None = Field(default=None, description="The limit above it")
    trailer: bool = Field(default=False, strict=True)
    drive_through: bool = Field(default=False, strict=True)
    accessible: bool = Field(default=False, strict=True)

    def shape(self) -> BayShape:
        return BayShape(**{name: value for name, value in dict(self).items() if name != "label"})


class DeclareBaysIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra=_EXAMPLE)

    bays: list[BayIn] = Field(
        min_length=1, max_length=MOST_BAYS, description="Each in full; a bay that is not named stays as it is"
    )
    reason: Reason = Field(min_length=1)

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if len({one.label for one in self.bays}) < len(self.bays):
            raise ValueError("a bay is named twice")
        return self
