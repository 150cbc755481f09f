"""All that is held about a driver, for them to take along, and that no more."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.services import ServicesHere
from api.v1.routes.personal_data import sent
from api.web.face import DriverHere, DriverJustSignedIn, FaceHere, PageRoute, VisitorHere, is_fresh
from api.web.fields_amiss import FieldAmiss
from api.web.leaving import erased
from api.web.visitor import stranger_at

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ADDRESS = "/me/data"
_WORD = "data.erase_word"


@router.get(_ADDRESS)
async def my_data(
    request: Request, principal: DriverHere, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    fleet = await services.desk.fleet_drivers.fleet_of(principal)
    return face.pages.page(request, "data.html", visitor, fresh=await is_fresh(request), fleet=fleet)


@router.post(f"{_ADDRESS}/fleet/leave")
async def leave_my_fleet(principal: DriverHere, services: ServicesHere) -> Response:
    """Only an operator puts them to it again."""
    await services.desk.fleet_drivers.leave(principal)
    return RedirectResponse(_ADDRESS, status_code=303)


@router.get(f"{_ADDRESS}/export")
async def my_data_export(request: Request, principal: DriverHere, services: ServicesHere) -> Response:
    """The document that `GET /v1/personal-data` answers with; who has to sign in again first is told so by the page."""
    if not await is_fresh(request):
        return RedirectResponse(_ADDRESS, status_code=303)
    return await sent(services.desk.personal_data.export_own(principal))


@router.post(f"{_ADDRESS}/erase")
async def erase_my_data(
    request: Request,
    principal: DriverJustSignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    word: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Once they have typed the word of their language; every browser of theirs is signed out with it, this one
    at the issuer, too.
    """
    if word.strip().casefold() != visitor.reader.page(_WORD).casefold():
        raise FieldAmiss("word", visitor.reader.page("field.word", word=visitor.reader.page(_WORD)))
    id_token = await services.desk.web_sessions.id_token(visitor.secret)
    gone = await services.desk.erasing.erase_own(principal)
    return await erased(request, face, stranger_at(request, services.clock()), id_token, gone.alias)
