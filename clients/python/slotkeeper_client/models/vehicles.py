"""Vehicles: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from slotkeeper_client.shapes import Answer, Body


class VehicleChangeIn(Body):
    """What is left out stays as it is; a figure that is null is not known any more."""

    plate: str = ""
    plugs: list[str] = Field(default_factory=list)
    """OCPI ConnectorTypes, the best first"""
    length_cm: int | None = None
    """With its trailer"""
    width_cm: int | None = None
    height_cm: int | None = None
    trailer: bool = False
    accessible_need: bool = False
    """Its people need a bay for people with disabilities"""
    battery_wh: int | None = None
    max_ac_w: int | None = None
    max_dc_w: int | None = None


class VehicleIn(Body):
    """As for a change, and a plug has to be named."""

    plate: str = ""
    plugs: list[str]
    """OCPI ConnectorTypes, the best first"""
    length_cm: int | None = None
    """With its trailer"""
    width_cm: int | None = None
    height_cm: int | None = None
    trailer: bool = False
    accessible_need: bool = False
    """Its people need a bay for people with disabilities"""
    battery_wh: int | None = None
    max_ac_w: int | None = None
    max_dc_w: int | None = None


class VehicleOut(Answer):
    id: str
    """What a booking names as `vehicle_id`"""
    driver_id: str | None
    """Whose it is; null: a fleet's"""
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
