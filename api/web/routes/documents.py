"""Documents as they were issued, to be read and printed by whoever they are for."""

from functools import partial

from fastapi import APIRouter
from fastapi.responses import Response

from api.services import ServicesHere
from api.v1.views.documents import document_html, document_pdf
from api.web.face import PageRoute, SignedIn, VisitorHere
from api.web.fields import RowNumber
from texts.documents.page import SECURITY_POLICY

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/documents/{number}.pdf")
async def printed(
    number: RowNumber, principal: SignedIn, services: ServicesHere, visitor: VisitorHere
) -> Response:
    issued = await services.desk.documents.one(principal, number)
    made = await services.press.made(partial(document_pdf, issued, visitor.reader))
    headers = {"Content-Disposition": f'inline; filename="{issued.number.replace("/", "-")}.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


@router.get("/documents/{number}")
async def document(
    number: RowNumber, principal: SignedIn, services: ServicesHere, visitor: VisitorHere
) -> Response:
    issued = await services.desk.documents.one(principal, number)
    made = await services.press.made(partial(document_html, issued, visitor.reader))
    headers = {
        "Content-Security-Policy": SECURITY_POLICY,
        "Content-Language": visitor.reader.language.value,
        "Vary": "Accept-Language, Cookie",
    }
    return Response(made, media_type="text/html; charset=utf-8", headers=headers)
