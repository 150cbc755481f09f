"""All that is held about a driver, for them to take along."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.services import ServicesHere
from api.v1.routes.personal_data import sent
from api.web.face import DriverHere, FaceHere, PageRoute, VisitorHere

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ADDRESS = "/me/data"


@router.get(_ADDRESS)
async def my_data(request: Request, _principal: DriverHere, face: FaceHere, visitor: VisitorHere) -> Response:
    return face.pages.page(request, "data.html", visitor)


@router.get(f"{_ADDRESS}/export")
async def my_data_export(principal: DriverHere, services: ServicesHere) -> Response:
    """The document that `GET /v1/personal-data` answers with."""
    return await sent(services.desk.personal_data.export_own(principal))
