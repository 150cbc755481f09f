"""/v1/vehicles: those that the caller books with."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.desk.vehicles import edition_of_vehicle
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, show_edition, tagged
from api.v1.idempotency_key import RequiredKey
from api.v1.pagination import LARGEST_PAGE, cursor_of_named, named_position
from api.v1.responses import AUTH, CREATED, KEYED, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.vehicles import VehicleChangeIn, VehicleIn, VehicleOut, VehiclesOut
from db.tables import Vehicle

router = APIRouter(
    prefix="/v1/vehicles",
    tags=["vehicles"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)
_BODY = ("malformed_request", "body_too_large")


@router.get("", summary="List the caller's vehicles", responses=documented("cursor_invalid"))
async def list_vehicles(
    customer: Customer,
    services: ServicesHere,
    archived: Annotated[bool, Query(description="Also those")] = False,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> VehiclesOut:
    """By id: a driver's own and those of their fleet, or a fleet's."""
    after = named_position(cursor)
    found = await services.desk.vehicles.all(customer, archived=archived, after=after, limit=limit)
    return VehiclesOut(
        items=[_out(row) for row in found[:limit]],
        next_cursor=cursor_of_named(found[limit - 1].id) if len(found) > limit else None,
    )


@router.post(
    "",
    status_code=201,
    summary="Add a vehicle",
    responses=CREATED | tagged(201) | documented(*KEYED, *_BODY),
)
async def create_vehicle(
    customer: Customer, key: RequiredKey, body: VehicleIn, services: ServicesHere, response: Response
) -> VehicleOut:
    """A driver's own, or the fleet's. A booking that names it gets a bay that fits it, and one of its plugs."""
    made = await services.desk.vehicles.make(customer, key, body.order())
    response.headers["Location"] = f"/v1/vehicles/{made.id}"
    return _shown(response, made)


@router.get(
    "/{vehicle_id}",
    summary="Show a vehicle",
    responses=tagged() | NOT_MODIFIED | documented("vehicle_unknown"),
    dependencies=[REVALIDATED],
)
async def read_vehicle(
    vehicle_id: Identifier, customer: Customer, services: ServicesHere, response: Response
) -> VehicleOut:
    return _shown(response, await services.desk.vehicles.one(customer, vehicle_id))


@router.patch(
    "/{vehicle_id}",
    summary="Change a vehicle",
    responses=tagged() | EDITED | documented("vehicle_unknown", *_BODY),
)
async def change_vehicle(
    vehicle_id: Identifier,
    body: VehicleChangeIn,
    customer: Customer,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> VehicleOut:
    """By whose it is. What is booked stays as it was asked for."""
    changed = await services.desk.vehicles.change(customer, vehicle_id, body.values(), seen)
    return _shown(response, changed)


@router.post(
    "/{vehicle_id}/archive",
    summary="Archive a vehicle",
    responses=tagged() | EDITED | documented("vehicle_unknown"),
)
async def archive_vehicle(
    vehicle_id: Identifier, customer: Customer, seen: IfMatch, services: ServicesHere, response: Response
) -> VehicleOut:
    """By whose it is. Nothing new is booked with it, and what is booked stays; again, nothing changes."""
    return _shown(response, await services.desk.vehicles.archive(customer, vehicle_id, seen))


def _shown(response: Response, row: Vehicle) -> VehicleOut:
    show_edition(response, edition_of_vehicle(row))
    return _out(row)


def _out(row: Vehicle) -> VehicleOut:
    return VehicleOut(**{name: getattr(row, name) for name in VehicleOut.model_fields})
