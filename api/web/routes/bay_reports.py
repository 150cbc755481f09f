"""What is wrong at a bay, said by whoever stands there; and another bay for whose turn it is."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import StringConstraints

from api.desk.bay_reports import Said
from api.services import ServicesHere
from api.v1.schemas.fields import LINES
from api.web import addresses, words
from api.web.bay_here import BayHere
from api.web.face import FaceHere, PageRoute, SignedIn, VisitorHere, on_site_clock
from api.web.fields import ConnectorNumber, Named
from api.web.networks import network_of
from api.web.visitor import Visitor
from domain.place.bay_reports import LONGEST_TEXT, Reporter, ReportKind

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_Text = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TEXT, pattern=LINES), Form()
]


@router.get("/b/{charger_id}/{number}/report")
async def report_form(request: Request, here: BayHere, face: FaceHere) -> Response:
    """For anybody; who is not signed in is not told what becomes of it."""
    return face.pages.page(
        request,
        "report.html",
        here.visitor,
        sign=here.sign,
        address=here.address,
        kinds=words.REPORTS,
        longest=LONGEST_TEXT,
    )


@router.post("/b/{charger_id}/{number}/report")
async def report(
    request: Request,
    charger_id: Named,
    number: ConnectorNumber,
    services: ServicesHere,
    visitor: VisitorHere,
    kind: Annotated[ReportKind, Form()],
    text: _Text = "",
) -> Response:
    """Taken; whose turn it is there is offered another bay at once."""
    taken = await services.desk.bay_reports.report(
        visitor.principal, _stranger(request, visitor), charger_id, number, Said(kind=kind, text=text)
    )
    if taken.moves is not None:
        return RedirectResponse(f"{addresses.reservation_page(taken.moves)}/another-bay", status_code=303)
    return RedirectResponse(f"{addresses.bay_page(charger_id, number)}/reported", status_code=303)


@router.get("/b/{charger_id}/{number}/reported")
async def reported(request: Request, here: BayHere, face: FaceHere) -> Response:
    return face.pages.page(request, "reported.html", here.visitor, sign=here.sign, address=here.address)


@router.get("/r/{code}/another-bay")
async def another_bay_offered(
    request: Request,
    code: Named,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
) -> Response:
    view = await services.desk.bay_reports.may_move(principal, code)
    return face.pages.page(request, "another_bay.html", on_site_clock(visitor, view.site_zone), view=view)


@router.post("/r/{code}/another-bay")
async def another_bay(code: Named, principal: SignedIn, services: ServicesHere) -> Response:
    view = await services.desk.bay_reports.another_bay(principal, code)
    return RedirectResponse(addresses.reservation_page(view.code), status_code=303)


def _stranger(request: Request, visitor: Visitor) -> Reporter:
    browser = hashlib.sha256(f"browser:{visitor.secret}".encode()).hexdigest()
    return Reporter(browser=browser, address=network_of(request))
