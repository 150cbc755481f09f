"""/v1/fleet: what a fleet plans with."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Fleet
from api.v1.pagination import LARGEST_PAGE, cursor_at, reservation_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Instant
from api.v1.schemas.fleets import FleetSlotOut, FleetSlotsOut

router = APIRouter(
    prefix="/v1/fleet",
    tags=["fleet"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)


@router.get("/slots", summary="List the slots of a fleet", responses=documented("cursor_invalid"))
async def list_fleet_slots(
    principal: Fleet,
    services: ServicesHere,
    from_: Annotated[Instant, Query(alias="from", description="Slots starting at or after")],
    to: Annotated[Instant, Query(description="Slots starting before")],
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> FleetSlotsOut:
    """The earliest first, of all of its drivers, whoever booked them; each with what is amiss, if anything is."""
    after = reservation_position(cursor)
    found = await services.desk.fleets.slots(principal, from_, to, after, limit)
    last = found[limit - 1] if len(found) > limit else None
    return FleetSlotsOut(
        items=[
            FleetSlotOut(**{name: getattr(one, name) for name in FleetSlotOut.model_fields})
            for one in found[:limit]
        ],
        next_cursor=None if last is None else cursor_at(last.start, last.code),
    )
