"""What a waiting list offers: the place, its price, until when it is kept, and the answer."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.principal import Principal
from api.desk.refusals import PageUnknown
from api.desk.waiting_answers import Acceptance
from api.desk.waiting_list import Entry, Offer
from api.services import Services, ServicesHere
from api.web import addresses
from api.web.face import Face, FaceHere, PageRoute, SignedIn, VisitorHere, on_site_clock
from api.web.fields import Named
from api.web.routes.booking import booked_answer, price_shown
from api.web.visitor import Visitor
from db.queries.notices import NoticeFilter
from domain.errors import UnknownReservation
from domain.facts.fact import code_of
from domain.facts.refused_signing_in import NoSuchPage
from domain.facts.waiting_notices import PlaceOffered
from domain.telling.next_steps import is_about_offer

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_MOST = 10
"""Of what is told about one offer there is less."""


@router.get("/o/{code}")
async def offer(
    request: Request,
    code: Named,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
) -> Response:
    """Where there is nothing to answer: to the reservation that it became, or what became of it in words."""
    entry = await services.desk.waiting_list.offered(principal, code)
    if entry is None or entry.offer is None or entry.offer.until <= visitor.now:
        return await _over(request, face, services, principal, visitor, code)
    return await _shown(request, face, services, principal, visitor, entry, entry.offer)


@router.post("/o/{code}/{answer}")
async def answer_offer(
    request: Request,
    code: Named,
    answer: Named,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
) -> Response:
    """Pressed twice it is said once."""
    entry = await services.desk.waiting_list.offered(principal, code)
    if entry is None:
        return await _over(request, face, services, principal, visitor, code)
    answers, number = services.desk.waiting_answers, entry.row.id
    match answer:
        case "accept":
            booked = await answers.accept(principal, number, Acceptance(offer=code))
            return booked_answer(request, visitor, booked)
        case "decline":
            await answers.decline(principal, number, code)
        case "snooze":
            await answers.snooze(principal, number, code)
        case _:
            raise PageUnknown(NoSuchPage())
    return RedirectResponse(addresses.offer_page(code), status_code=303)


async def _shown(
    request: Request,
    face: Face,
    services: Services,
    principal: Principal,
    visitor: Visitor,
    entry: Entry,
    offered: Offer,
) -> Response:
    site = (await services.desk.sites.one(principal, entry.row.site_id)).site
    there = on_site_clock(visitor, site.zone)
    quoted = None if offered.quote is None else await services.desk.quotes.one(principal, offered.quote)
    return face.pages.page(
        request,
        "offer.html",
        there,
        offer=offered,
        site=site,
        zone=site.zone,
        span=there.reader.span(offered.slot.start, offered.slot.end),
        may_wait_on=entry.snoozes_left > 0,
        **({"quote": None} if quoted is None else price_shown(quoted, there)),
    )


async def _over(
    request: Request, face: Face, services: Services, principal: Principal, visitor: Visitor, code: str
) -> Response:
    """Raises UnknownReservation for what the caller was never offered, and ReservationPending."""
    try:
        view = await services.desk.reading.one(principal, code)
    except UnknownReservation:
        wanted = NoticeFilter(reservation_code=code)
        notices = await services.desk.notices.page(principal, wanted, None, _MOST)
        last = next((one for one in notices if is_about_offer(one.template)), None)
        if last is None:
            raise
        there = on_site_clock(visitor, last.zone or "UTC")
        is_told = last.template != code_of(PlaceOffered)
        said = there.reader.notice(last.template, last.parameters, visitor.now) if is_told else ""
        return face.pages.page(request, "offer_over.html", there, told=said)
    return RedirectResponse(addresses.reservation_page(view.code), status_code=303)
