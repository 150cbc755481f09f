"""What a driver has here: cards, credits, documents, and where what was held on their card is."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from api.services import ServicesHere
from api.v1.schemas.fields import NO_CONTROLS
from api.v1.views.credits import credit_out
from api.v1.views.documents import document_summary_out
from api.v1.views.payments import payments_out
from api.web.face import DriverHere, FaceHere, PageRoute, VisitorHere, on_site_clock
from api.web.zones import zone_of_all
from db.queries.money.credits import CreditFilter
from db.queries.money.documents import DocumentFilter
from db.queries.reservations import ReservationFilter
from domain.charging.tokens import end_of_token
from domain.money.amount import Money
from texts.reader import Reader

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_CARDS = "/me/cards"
_MOST = 50
_LATEST = 12
"""Reservations whose money is told on one page."""
CardId = Annotated[str, Path(min_length=1, max_length=64, pattern=NO_CONTROLS)]


@router.get(_CARDS)
async def my_cards(
    request: Request, principal: DriverHere, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    rows = await services.desk.cards.own(principal, after="", limit=_MOST)
    shown = [{"row": row, "end": end_of_token(row.value)} for row in rows[:_MOST]]
    return face.pages.page(request, "cards.html", visitor, cards=shown, zone=await zone_of_all(services))


@router.post(f"{_CARDS}/{{card_id}}/lost")
async def my_card_is_lost(card_id: CardId, principal: DriverHere, services: ServicesHere) -> Response:
    """It opens nothing from now on; again, nothing changes."""
    await services.desk.cards.report_lost(principal, card_id)
    return RedirectResponse(_CARDS, status_code=303)


@router.get("/me/credits")
async def my_credits(
    request: Request, principal: DriverHere, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    """What is left to be spent first, then what was."""
    mine = CreditFilter(driver_id=principal.subject)
    found = (await services.desk.credits.own(principal, mine, None, _MOST))[:_MOST]
    shown = [credit_out(one, visitor.reader) for one in found]
    shown.sort(key=lambda one: one.left_minor == 0)
    return face.pages.page(
        request,
        "credits.html",
        visitor,
        credits=shown,
        money=_money(visitor.reader),
        zone=await zone_of_all(services),
    )


@router.get("/me/documents")
async def my_documents(
    request: Request, principal: DriverHere, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    mine = DocumentFilter(driver_id=principal.subject)
    found = (await services.desk.documents.page(principal, mine, None, _MOST))[:_MOST]
    shown = [document_summary_out(one, visitor.reader) for one in found]
    return face.pages.page(
        request,
        "documents.html",
        visitor,
        documents=shown,
        money=_money(visitor.reader),
        zone=await zone_of_all(services),
    )


@router.get("/me/money")
async def my_money(
    request: Request, principal: DriverHere, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    """Of the latest reservations: what is held or was taken, since when, and what a bank can be asked by."""
    mine = ReservationFilter(driver_id=principal.subject)
    rows = (await services.desk.reading.page(principal, mine, None, _LATEST))[:_LATEST]
    shown = []
    for row in rows:
        told = await services.desk.payments.of(principal, row.code)
        payments = payments_out(told, visitor.reader, visitor.now).items
        if payments:
            there = on_site_clock(visitor, told.zone).reader
            span = there.span(row.slot_start, row.slot_end)
            shown.append({"code": row.code, "span": span, "payments": payments})
    return face.pages.page(request, "money.html", visitor, reservations=shown)


def _money(reader: Reader) -> Callable[[int, str], str]:
    return lambda minor, currency: reader.money(Money(minor, currency))
