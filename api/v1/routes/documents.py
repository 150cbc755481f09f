"""/v1/documents: receipts, credit notes and what else was issued, as JSON, as a page, and as a PDF to hand in."""

import re
from enum import StrEnum
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.desk.documents import Issued, Noted, edition_of_note, edition_of_party
from api.press import Press
from api.services import ServicesHere
from api.v1.callers import Anyone, AuthenticatedRoute, Customer
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, IfMatchOrNew, show_edition, tagged
from api.v1.pagination import LARGEST_PAGE, LARGEST_ROW, cursor_of_document, document_position
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, documented
from api.v1.schemas.documents import (
    BillingNoteIn,
    BillingNoteOut,
    BillingPartyIn,
    BillingPartyOut,
    DocumentOut,
    DocumentsOut,
    StatementOut,
)
from api.v1.schemas.fields import Identifier
from api.v1.views.documents import (
    document_csv,
    document_html,
    document_out,
    document_pdf,
    document_summary_out,
    document_xml,
    party_out,
)
from db.queries.money.documents import DocumentFilter
from domain.documents.content import Buyer, DocumentKind
from domain.documents.statement import Statement
from domain.errors import UnknownDocument
from domain.facts.refused_money import NoSuchDocument
from domain.money.bookkeeping import MONTH
from domain.reservation.code import parse_reservation_code
from texts.documents.page import SECURITY_POLICY
from texts.reader import Reader

router = APIRouter(
    prefix="/v1/documents",
    tags=["documents"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)
billing_router = APIRouter(
    prefix="/v1/reservations/{code}/billing",
    tags=["reservations"],
    route_class=AuthenticatedRoute,
    responses=documented(
        *AUTH, "invalid_request", "database_unavailable", "reservation_unknown", "reservation_code_invalid"
    ),
)
party_router = APIRouter(
    prefix="/v1/billing-party",
    tags=["documents"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)


class Form(StrEnum):
    JSON = "json"
    HTML = "html"
    PDF = "pdf"
    XML = "xml"
    CSV = "csv"


_TYPES = {
    Form.JSON: "application/json",
    Form.HTML: "text/html",
    Form.PDF: "application/pdf",
    Form.XML: "application/xml",
    Form.CSV: "text/csv",
}
_NAME = re.compile(r"(?P<id>[1-9][0-9]{0,17})(?:\.(?P<form>[a-z]+))?")


@router.get(
    "", summary="List issued documents", responses=documented("cursor_invalid", "reservation_code_invalid")
)
async def list_documents(
    principal: Anyone,
    services: ServicesHere,
    reader: ReaderHere,
    kind: DocumentKind | None = None,
    month: Annotated[str | None, Query(pattern=MONTH, examples=["2026-11"])] = None,
    reservation_code: Identifier | None = None,
    driver_id: Identifier | None = None,
    fleet_id: Identifier | None = None,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> DocumentsOut:
    """The latest first: a driver's own, a fleet's drivers', or all for an operator."""
    wanted = DocumentFilter(
        kind=kind,
        month=month,
        reservation_code=None if reservation_code is None else parse_reservation_code(reservation_code),
        driver_id=driver_id,
        fleet_id=fleet_id,
    )
    found = await services.desk.documents.page(principal, wanted, document_position(cursor), limit)
    return DocumentsOut(
        items=[document_summary_out(one, reader) for one in found[:limit]],
        next_cursor=cursor_of_document(found[limit - 1]) if len(found) > limit else None,
    )


@router.get(
    "/{name}",
    summary="Read an issued document",
    response_model=DocumentOut | StatementOut,
    responses={
        200: {
            "content": {
                _TYPES[Form.HTML]: {"schema": {"type": "string"}},
                _TYPES[Form.PDF]: {"schema": {"type": "string", "format": "binary"}},
                _TYPES[Form.XML]: {"schema": {"type": "string"}},
                _TYPES[Form.CSV]: {"schema": {"type": "string"}},
            }
        },
        **documented("document_unknown", "document_too_long", "overloaded"),
    },
)
async def read_document(
    name: Annotated[str, Path(examples=["42", "42.pdf"], max_length=32)],
    principal: Anyone,
    services: ServicesHere,
    reader: ReaderHere,
    request: Request,
) -> Response:
    """Its id, alone or with `.json`, `.html` or `.pdf`; without, the header Accept says what is wanted.

    An invoice to a business is within the PDF by EN 16931, too, and there as `.xml`; a statement is also `.csv`.
    """
    match = _NAME.fullmatch(name)
    written = match["form"] if match else None
    if match is None or int(match["id"]) > LARGEST_ROW or (written and written not in list(Form)):
        raise UnknownDocument(NoSuchDocument(document=name))
    issued = await services.desk.documents.one(principal, int(match["id"]))
    form = Form(written) if written else _wanted(request.headers.get("accept", ""))
    return await _response(issued, form, reader, services.press)


@billing_router.get(
    "",
    summary="Read what documents of a reservation are to show",
    responses=tagged() | NOT_MODIFIED,
    dependencies=[REVALIDATED],
)
async def read_reservation_billing(
    code: str, customer: Customer, services: ServicesHere, response: Response
) -> BillingNoteOut:
    return _note(response, await services.desk.documents.own_note(customer, code))


@billing_router.put(
    "",
    summary="Say what documents of a reservation are to show",
    responses=tagged() | EDITED | documented("malformed_request", "body_too_large", "cost_center_unknown"),
)
async def set_reservation_billing(
    code: str,
    body: BillingNoteIn,
    customer: Customer,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> BillingNoteOut:
    """A cost centre and a reference of one's own, on every document that is issued from now on; empty: none."""
    noted = await services.desk.documents.note(
        customer, code, cost_center=body.cost_center, reference=body.reference, seen=seen
    )
    return _note(response, noted)


@party_router.get(
    "",
    summary="Read how invoices name one",
    responses=tagged(required=False) | NOT_MODIFIED,
    dependencies=[REVALIDATED],
)
async def read_billing_party(
    customer: Customer, services: ServicesHere, response: Response
) -> BillingPartyOut | None:
    """Null, without an ETag: invoices name the driver's or the fleet's id alone, and are none to a business."""
    buyer = await services.desk.documents.party(customer)
    return None if buyer is None else _shown(response, buyer)


@party_router.put(
    "",
    summary="Say how invoices name one",
    responses=tagged() | EDITED | documented("malformed_request", "body_too_large"),
)
async def set_billing_party(
    body: BillingPartyIn,
    customer: Customer,
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> BillingPartyOut:
    """On all that is issued from now on, which then also has an invoice by EN 16931. A fleet's is its drivers', too."""
    buyer = Buyer(name=body.name, address=tuple(body.address), country=body.country, tax_id=body.tax_id)
    return _shown(response, await services.desk.documents.name_party(customer, buyer, seen))


def _shown(response: Response, buyer: Buyer) -> BillingPartyOut:
    show_edition(response, edition_of_party(buyer))
    return party_out(buyer)


def _note(response: Response, noted: Noted) -> BillingNoteOut:
    show_edition(response, edition_of_note(noted))
    return BillingNoteOut(
        reservation=noted.reservation, cost_center=noted.cost_center, reference=noted.reference
    )


def _wanted(accept: str) -> Form:
    """By the quality that Accept gives each; JSON where it says nothing else (RFC 9110, 12.5.1)."""
    best, wanted = 0.0, Form.JSON
    for element in accept[:1000].split(","):
        media, *parameters = (part.strip().lower() for part in element.split(";"))
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        form = next((form for form, known in _TYPES.items() if known == media), None)
        weight = float(quality) if re.fullmatch(r"[01](\.[0-9]{0,3})?", quality) else 0.0
        if form is not None and weight > best:
            best, wanted = weight, form
    return wanted


async def _response(issued: Issued, form: Form, reader: Reader, press: Press) -> Response:
    headers = {
        "Content-Language": reader.language.value,
        "Vary": "Accept, Accept-Language",
        "Cache-Control": "private",
    }
    if form is Form.HTML:
        headers["Content-Security-Policy"] = SECURITY_POLICY
    if form is Form.PDF:
        headers["Content-Disposition"] = f'inline; filename="{issued.number.replace("/", "-")}.pdf"'
    make = partial(_made, issued, form, reader)
    is_brief = form is Form.JSON and not isinstance(issued.content, Statement)
    made = make() if is_brief else await press.made(make)
    if made is None:
        raise UnknownDocument(NoSuchDocument(document=f"{issued.id}.{form}"))
    charset = "; charset=utf-8" if form in (Form.HTML, Form.XML, Form.CSV) else ""
    return Response(made, media_type=f"{_TYPES[form]}{charset}", headers=headers)


def _made(issued: Issued, form: Form, reader: Reader) -> bytes | None:
    """None: there is no such form of it. Raises DocumentTooLong."""
    match form:
        case Form.JSON:
            return document_out(issued, reader).model_dump_json().encode()
        case Form.HTML:
            return document_html(issued, reader)
        case Form.XML:
            return document_xml(issued, reader)
        case Form.CSV:
            return document_csv(issued)
        case Form.PDF:
            return document_pdf(issued, reader)
