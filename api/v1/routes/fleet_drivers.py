"""/v1/fleet/drivers: who they are, what they usually drive, and what their bookings go on."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.desk.fleet_drivers import edition_of_assignment
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Fleet
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, show_edition, tagged
from api.v1.pagination import LARGEST_PAGE, cursor_of_named, named_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.fleet_drivers import (
    DriverOfFleet,
    FleetDriverIn,
    FleetDriverOut,
    FleetDriversOut,
    NewFleetDriverIn,
)
from db.tables import FleetDriver

_BODY = documented("malformed_request", "body_too_large")
router = APIRouter(
    prefix="/v1/fleet/drivers",
    tags=["fleet"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)


@router.get("", summary="List a fleet's drivers", responses=documented("cursor_invalid"))
async def list_fleet_drivers(
    principal: Fleet,
    services: ServicesHere,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> FleetDriversOut:
    """By id, without those who are blocked."""
    found = await services.desk.fleet_drivers.page(principal, named_position(cursor), limit)
    last = found[limit - 1].driver.id if len(found) > limit else None
    return FleetDriversOut(
        items=[_driver(one.driver.id, one.said) for one in found[:limit]],
        next_cursor=None if last is None else cursor_of_named(last),
    )


@router.post(
    "",
    summary="Enter a new driver of a fleet",
    responses=tagged() | _BODY | documented("driver_taken", "too_many_new_drivers"),
)
async def enter_fleet_driver(
    body: NewFleetDriverIn, principal: Fleet, services: ServicesHere, response: Response
) -> FleetDriverOut:
    """By the id that their sign-in has. Who is known here already, also who has only signed in, and is not the fleet's
    only an operator assigns. At most 500 new ones a day. Again, nothing changes.
    """
    said = await services.desk.fleet_drivers.enter(principal, body.driver_id)
    show_edition(response, edition_of_assignment(said))
    return _driver(body.driver_id, said)


@router.delete("/{driver_id}", status_code=204, summary="Remove a driver from a fleet", responses=EDITED)
async def remove_fleet_driver(
    driver_id: DriverOfFleet, principal: Fleet, seen: IfMatch, services: ServicesHere
) -> None:
    """Nothing new is booked for them, no date of a series either; what is booked stays. Only an operator assigns them
    to it again. Again, nothing changes.
    """
    await services.desk.fleet_drivers.remove(principal, driver_id, seen)


@router.get(
    "/{driver_id}",
    summary="Show a fleet's driver",
    responses=tagged() | NOT_MODIFIED | documented("driver_unknown"),
    dependencies=[REVALIDATED],
)
async def read_fleet_driver(
    driver_id: DriverOfFleet, principal: Fleet, services: ServicesHere, response: Response
) -> FleetDriverOut:
    said = await services.desk.fleet_drivers.one(principal, driver_id)
    show_edition(response, edition_of_assignment(said))
    return _driver(driver_id, said)


@router.put(
    "/{driver_id}",
    summary="Say what a driver drives, and for whom",
    responses=tagged()
    | EDITED
    | _BODY
    | documented("driver_unknown", "vehicle_unknown", "cost_center_unknown"),
)
async def set_fleet_driver(
    driver_id: DriverOfFleet,
    body: FleetDriverIn,
    principal: Fleet,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> FleetDriverOut:
    """For bookings from now on."""
    said = await services.desk.fleet_drivers.assign(principal, driver_id, body.order(), seen)
    show_edition(response, edition_of_assignment(said))
    return _driver(driver_id, said)


def _driver(driver_id: str, said: FleetDriver | None) -> FleetDriverOut:
    return FleetDriverOut(
        driver_id=driver_id,
        vehicle_id=None if said is None else said.vehicle_id,
        cost_center="" if said is None else said.cost_center,
    )
