"""What there is instead of a reservation that came to nothing: where messages about it lead."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.services import ServicesHere
from api.v1.views.offers import instead_out
from api.web.face import FaceHere, PageRoute, SignedIn, VisitorHere, on_site_clock
from api.web.fields import Named

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/r/{code}/instead")
async def instead(
    request: Request,
    code: Named,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
) -> Response:
    """As it is when somebody looks, and not as it was when they were told. Only drivers book on pages."""
    found = await services.desk.instead.of_code(principal, code)
    there = on_site_clock(visitor, found.zone)
    offered = instead_out(found, there.reader)
    if principal.driver_id is None:
        offered = [one.model_copy(update={"quote": None}) for one in offered]
    span = there.reader.span(found.wanted.start, found.wanted.end)
    return face.pages.page(
        request, "instead.html", there, offered=offered, zone=found.zone, code=code, span=span
    )
