"""/v1/operations/drivers: who there is, whose fleet's they are, and who is kept out."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.desk.drivers import edition_of_driver
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.etags import (
    EDITED,
    NOT_MODIFIED,
    REVALIDATED,
    IfMatch,
    IfMatchOrNew,
    show_edition,
    tagged,
)
from api.v1.pagination import LARGEST_PAGE, cursor_of_named, named_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.cards import BlockIn, DriverIn, DriverOut, DriversOut
from api.v1.schemas.fields import Subject
from db.tables import Driver

router = APIRouter(
    prefix="/v1/operations/drivers",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)
_EDIT = tagged() | EDITED | documented("malformed_request", "body_too_large")


@router.get("", summary="List all drivers", responses=documented("cursor_invalid"))
async def list_drivers(
    operator: Operator,
    services: ServicesHere,
    fleet_id: Annotated[Subject | None, Query(description="Only this fleet's")] = None,
    blocked: Annotated[bool | None, Query(description="Only those who are, or are not")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> DriversOut:
    """By id: who has booked, and who was put here."""
    found = await services.desk.drivers.page(
        operator, fleet_id=fleet_id, blocked=blocked, after=named_position(cursor), limit=limit
    )
    return DriversOut(
        items=[_out(row) for row in found[:limit]],
        next_cursor=cursor_of_named(found[limit - 1].id) if len(found) > limit else None,
    )


@router.get(
    "/{driver_id}",
    summary="Show a driver",
    responses=tagged() | NOT_MODIFIED | documented("driver_unknown"),
    dependencies=[REVALIDATED],
)
async def read_driver(
    driver_id: Subject, operator: Operator, services: ServicesHere, response: Response
) -> DriverOut:
    return _shown(response, await services.desk.drivers.one(operator, driver_id))


@router.put("/{driver_id}", summary="Enter a driver, or change their fleet", responses=_EDIT)
async def put_driver(
    driver_id: Subject,
    body: DriverIn,
    operator: Operator,
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> DriverOut:
    """Who was never here is entered. What is booked stays as it is."""
    put = await services.desk.drivers.put(operator, driver_id, body.fleet_id, body.reason, seen)
    return _shown(response, put)


@router.post("/{driver_id}/block", summary="Block a driver's account", responses=_EDIT)
async def block_driver(
    driver_id: Subject,
    body: BlockIn,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> DriverOut:
    """They book nothing any more, and neither their cards nor the credentials of their reservations open anything.
    What is booked stays until somebody cancels it, what runs until it is stopped.
    """
    return _shown(response, await services.desk.drivers.block(operator, driver_id, body.reason, seen))


@router.post("/{driver_id}/unblock", summary="Unblock a driver's account", responses=_EDIT)
async def unblock_driver(
    driver_id: Subject,
    body: BlockIn,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> DriverOut:
    """Cards that are blocked by themselves stay so."""
    return _shown(response, await services.desk.drivers.unblock(operator, driver_id, body.reason, seen))


def _shown(response: Response, row: Driver) -> DriverOut:
    show_edition(response, edition_of_driver(row))
    return _out(row)


def _out(row: Driver) -> DriverOut:
    return DriverOut(**{name: getattr(row, name) for name in DriverOut.model_fields})
