"""Vehicles over the wire."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from api.desk.vehicles import VehicleOrder
from api.v1.schemas.bays import Centimetres
from api.v1.schemas.fields import Answer, Body, Identifier, ShortText

MOST_PLUGS_OF_ONE = 8
_Power = Annotated[int, Field(strict=True, ge=1, le=10_000_000)]
_LORRY: JsonDict = {
    "examples": [
        {
            "plate": "B SK 4711",
            "plugs": ["IEC_62196_T2_COMBO"],
            "length_cm": 1650,
            "height_cm": 400,
            "trailer": True,
            "battery_wh": 600_000,
            "max_dc_w": 375_000,
        }
    ]
}


class VehicleChangeIn(Body):
    """What is left out stays as it is; a figure that is null is not known any more."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"plate": "B SK 4712"}]})

    plate: ShortText = ""
    plugs: list[Identifier] = Field(
        default=[],
        min_length=1,
        max_length=MOST_PLUGS_OF_ONE,
        description="OCPI ConnectorTypes, the best first",
        examples=[["IEC_62196_T2_COMBO", "IEC_62196_T2"]],
    )
    length_cm: Centimetres | None = Field(default=None, description="With its trailer")
    width_cm: Centimetres | None = None
    height_cm: Centimetres | None = None
    trailer: bool = Field(default=False, strict=True)
    accessible_need: bool = Field(
        default=False, strict=True, description="Its people need a bay for people with disabilities"
    )
    battery_wh: _Power | None = None
    max_ac_w: _Power | None = None
    max_dc_w: _Power | None = None

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.model_fields_set}


class VehicleIn(VehicleChangeIn):
    """As for a change, and a plug has to be named."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_LORRY)

    plugs: list[Identifier] = Field(
        min_length=1, max_length=MOST_PLUGS_OF_ONE, description="OCPI ConnectorTypes, the best first"
    )

    def order(self) -> VehicleOrder:
        return VehicleOrder(**dict(self) | {"plugs": tuple(self.plugs)})


class VehicleOut(Answer):
    id: str = Field(description="What a booking names as `vehicle_id`")
    driver_id: str | None = Field(description="Whose it is; null: a fleet's")
    fleet_id: str | None
    plate: str
    plugs: list[str]
    length_cm: int | None
    width_cm: int | None
    height_cm: int | None
    trailer: bool
    accessible_need: bool
    battery_wh: int | None
    max_ac_w: int | None
    max_dc_w: int | None
    archived_at: datetime | None


class VehiclesOut(Answer):
    items: list[VehicleOut]
    next_cursor: str | None
