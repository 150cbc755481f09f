"""A fleet's drivers over the wire."""

from typing import Annotated

from fastapi import Path
from pydantic import ConfigDict, Field

from api.desk.fleet_drivers import Assignment
from api.v1.schemas.budgets import CODE
from api.v1.schemas.fields import NO_CONTROLS, Answer, Body, Identifier, Subject

DriverOfFleet = Annotated[
    str, Path(min_length=1, max_length=255, pattern=NO_CONTROLS, examples=["driver-fleet-1"])
]


class NewFleetDriverIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"driver_id": "van-17"}]})

    driver_id: Subject = Field(description="The subject of their bearer token")


class FleetDriverIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"vehicle_id": None, "cost_center": ""}]}
    )

    vehicle_id: Identifier | None = Field(
        default=None, description="What they usually drive, of the fleet's vehicles; null: not said"
    )
    cost_center: str = Field(
        default="",
        max_length=32,
        pattern=rf"^$|{CODE}",
        description="On which their bookings go unless another one is named; empty: on none",
    )

    def order(self) -> Assignment:
        return Assignment(vehicle_id=self.vehicle_id, cost_center=self.cost_center)


class FleetDriverOut(Answer):
    driver_id: str
    vehicle_id: str | None
    cost_center: str


class FleetDriversOut(Answer):
    items: list[FleetDriverOut]
    next_cursor: str | None
