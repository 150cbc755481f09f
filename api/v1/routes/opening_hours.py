"""/v1/operations/sites/{site_id}/opening-hours: when a site is open."""

from fastapi import APIRouter, Response

from api.desk.opening_hours import HoursOrder, OpenAt
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.etags import EDITED, IfMatch, show_edition, tagged
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.opening_hours import OpeningHoursIn, OpeningHoursOut, OutsideOut

router = APIRouter(
    prefix="/v1/operations/sites/{site_id}/opening-hours",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable", "site_unknown"),
)


@router.get("", summary="Show when a site is open", responses=tagged())
async def read_opening_hours(
    site_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> OpeningHoursOut:
    """With the reservations that stand outside of it, booked before it was set."""
    return _shown(response, await services.desk.opening_hours.read(operator, site_id))


@router.put(
    "",
    summary="Set when a site is open",
    responses=tagged() | EDITED | documented("opening_hours_invalid", "malformed_request", "body_too_large"),
)
async def set_opening_hours(
    site_id: Identifier,
    body: OpeningHoursIn,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> OpeningHoursOut:
    """Counts at once: no slot that touches closed hours is offered or booked. What stands stays, and is told."""
    order = HoursOrder(
        text=body.opening_hours, country=body.country, reason=body.reason, dry_run=body.dry_run
    )
    return _shown(response, await services.desk.opening_hours.set(operator, site_id, order, seen))


def _shown(response: Response, found: OpenAt) -> OpeningHoursOut:
    show_edition(response, found.edition)
    return OpeningHoursOut(
        opening_hours=found.hours.text,
        country=found.hours.country,
        zone=found.hours.zone,
        opens=found.opens,
        outside=[
            OutsideOut(reservation_code=one.code, start=one.slot.start, end=one.slot.end)
            for one in found.outside
        ],
    )
