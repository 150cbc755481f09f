"""A driver's vehicles: what they need of a bay, and how fast they charge."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BeforeValidator, Field, StringConstraints

from api.desk.vehicles import VehicleOrder
from api.services import ServicesHere
from api.v1.schemas.fields import LINE
from api.web.face import DriverHere, FaceHere, PageRoute, VisitorHere
from api.web.fields import Named
from domain.charging.plugs import SPOKEN
from domain.place.fit import LARGEST_CM

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ADDRESS = "/me/vehicles"
_MOST = 50


def _left_empty(said: Any) -> Any:
    """What a form leaves empty is not known; whoever writes a comma means a point."""
    if not isinstance(said, str):
        return said
    return said.strip().replace(",", ".") or None


_Metres = Annotated[float | None, BeforeValidator(_left_empty), Field(gt=0, le=LARGEST_CM / 100)]
_Kilo = Annotated[float | None, BeforeValidator(_left_empty), Field(gt=0, le=10_000)]
_Plug = Annotated[str, StringConstraints(pattern="^(" + "|".join(SPOKEN) + ")$")]


@router.get(_ADDRESS)
async def my_vehicles(
    request: Request, principal: DriverHere, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    """Theirs, and those of their fleet, which the fleet keeps."""
    found = await services.desk.vehicles.all(principal, archived=False, after="", limit=_MOST)
    return face.pages.page(
        request,
        "vehicles.html",
        visitor,
        vehicles=found[:_MOST],
        mine=principal.subject,
        plugs=SPOKEN,
        key=secrets.token_urlsafe(16),
    )


@router.post(_ADDRESS)
async def add_my_vehicle(
    principal: DriverHere,
    services: ServicesHere,
    key: Annotated[str, Form(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z_-]+$")],
    plugs: Annotated[list[_Plug], Form(min_length=1, max_length=len(SPOKEN))],
    plate: Annotated[str, Form(max_length=64, pattern=LINE)] = "",
    length_m: Annotated[_Metres, Form()] = None,
    width_m: Annotated[_Metres, Form()] = None,
    height_m: Annotated[_Metres, Form()] = None,
    battery_kwh: Annotated[_Kilo, Form()] = None,
    max_ac_kw: Annotated[_Kilo, Form()] = None,
    max_dc_kw: Annotated[_Kilo, Form()] = None,
    trailer: Annotated[bool, Form()] = False,
    accessible_need: Annotated[bool, Form()] = False,
) -> Response:
    """Sent again, it is the same vehicle."""
    order = VehicleOrder(
        plugs=tuple(dict.fromkeys(plugs)),
        plate=plate.strip(),
        length_cm=_times(length_m, 100),
        width_cm=_times(width_m, 100),
        height_cm=_times(height_m, 100),
        trailer=trailer,
        accessible_need=accessible_need,
        battery_wh=_times(battery_kwh, 1000),
        max_ac_w=_times(max_ac_kw, 1000),
        max_dc_w=_times(max_dc_kw, 1000),
    )
    await services.desk.vehicles.make(principal, f"page-{key}", order)
    return RedirectResponse(_ADDRESS, status_code=303)


@router.post(f"{_ADDRESS}/{{vehicle_id}}/remove")
async def remove_my_vehicle(vehicle_id: Named, principal: DriverHere, services: ServicesHere) -> Response:
    """Nothing new is booked with it."""
    await services.desk.vehicles.archive(principal, vehicle_id)
    return RedirectResponse(_ADDRESS, status_code=303)


def _times(said: float | None, unit: int) -> int | None:
    return None if said is None else max(1, round(said * unit))
