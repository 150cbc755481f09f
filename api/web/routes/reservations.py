"""A reservation as its driver sees it: what is next, what opens the bay, what they can do now."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.refusals import PageUnknown
from api.services import ServicesHere
from api.web import addresses
from api.web.buttons import OF_PAGES, Pressed, asks_once, message_of
from api.web.calendar import event_of
from api.web.face import DriverHere, FaceHere, PageRoute, SignedIn, VisitorHere, on_site_clock
from api.web.fields import Named
from api.web.live import following
from api.web.pages import PAYING
from api.web.presses import FormKey, form_key, press_key
from api.web.reservation_state import credential, reservation_state, way_of
from api.web.routes.booking import heard_by
from api.web.visitor import Visitor
from api.web.ways import Map, place_of
from db.changes import Kind, Subject
from db.queries.notices import NoticeFilter
from db.queries.reservations import ReservationFilter
from db.tables import Notification
from domain.facts.refused_signing_in import NoSuchPage
from domain.telling.next_steps import NextStep, next_step
from texts.messages.letter import Pages, Told, link_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_MOST = 30
_ASKS = (NextStep.ANSWER, NextStep.PAY, NextStep.READ)


@router.get("/me")
async def mine(
    request: Request, principal: SignedIn, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    """The latest of one's own, and what one was told."""
    rows = await services.desk.reading.page(principal, ReservationFilter(), None, _MOST)
    told = await services.desk.notices.page(principal, NoticeFilter(), None, _MOST)
    places = {site.id: site for site in await services.desk.sites.all()}
    shown = []
    for row in rows[:_MOST]:
        there = on_site_clock(visitor, places[row.site_id].zone)
        shown.append(
            {
                "code": row.code,
                "state": row.state,
                "site": places[row.site_id].name,
                "whose": "" if row.driver_id == principal.driver_id else row.driver_id or "",
                "span": there.reader.span(row.slot_start, row.slot_end),
            }
        )
    notices = [_notice(one, on_site_clock(visitor, one.zone or "UTC")) for one in told[:_MOST]]
    coming = [row for row in rows[:_MOST] if row.closed_at is None and row.slot_end >= visitor.now]
    first = min(coming, key=lambda row: row.slot_start).code if coming else None
    return face.pages.page(request, "mine.html", visitor, rows=shown, notices=notices, first=first)


def _notice(one: Notification, there: Visitor) -> dict[str, Any]:
    """With a link where it asks for something, or there is more to read."""
    told = Told(code=one.template, parameters=one.parameters, reservation=one.reservation_code, zone=one.zone)
    asks = next_step(one.template) in _ASKS
    return {
        "at": one.at,
        "zone": there.reader.zone,
        "text": there.reader.notice(one.template, one.parameters, one.at),
        "link": link_of(told, there.reader, Pages(origin="")) if asks else None,
    }


@router.get("/r/{code}")
async def reservation(
    request: Request,
    code: Named,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
) -> Response:
    view = await services.desk.reading.one(principal, code)
    there = on_site_clock(visitor, view.site_zone)
    return face.pages.page(
        request, "reservation.html", there, key=form_key(), **await reservation_state(services, view, there)
    )


@router.get("/r/{code}/live")
async def reservation_live(
    request: Request,
    code: Named,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
) -> Response:
    """The same state, wherever it is by then: a reservation may be moved to a site with another clock."""
    first = await services.desk.reading.one(principal, code)

    async def look(visitor: Visitor) -> str:
        view = await services.desk.reading.one(principal, code)
        there = on_site_clock(visitor, view.site_zone)
        return face.pages.text(
            "reservation_state.html", there, **await reservation_state(services, view, there)
        )

    what = ("reservation", first.code, principal.rights, visitor.reader.language)
    return await following(request, services, visitor, Subject(Kind.RESERVATION, first.code), what, look)


@router.get("/r/{code}/calendar.ics")
async def calendar(
    code: Named, principal: SignedIn, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    """To be added to a calendar; added again it is the same event, as it is now."""
    view = await services.desk.reading.one(principal, code)
    address = face.address + addresses.reservation_page(view.code)
    text = event_of(view, on_site_clock(visitor, view.site_zone).reader, address, services.clock())
    headers = {"Content-Disposition": f'attachment; filename="{view.code}.ics"'}
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/r/{code}/card")
async def card(
    request: Request,
    code: Named,
    principal: DriverHere,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
) -> Response:
    """To be printed or kept: what opens the bay, when and where, without anything that has to be loaded later."""
    view = await services.desk.reading.one(principal, code)
    opens = credential(view)
    if view.driver_id != principal.driver_id or not opens:
        raise PageUnknown(NoSuchPage())
    there = on_site_clock(visitor, view.site_zone)
    span = there.reader.span(view.slot_start, view.slot_end)
    plan = await way_of(services, view, there.reader)
    return face.pages.page(request, "card.html", there, view=view, span=span, code_svg=opens, plan=plan)


@router.get("/r/{code}/way/{map_}")
async def way(code: Named, map_: Map, principal: SignedIn, services: ServicesHere) -> Response:
    """To the bay, by a map that is not ours."""
    view = await services.desk.reading.one(principal, code)
    place = await place_of(services, view)
    if place is None:
        raise PageUnknown(NoSuchPage())
    return RedirectResponse(place.by(map_), status_code=303)


@router.get("/r/{code}/pay")
async def pay(
    request: Request,
    code: Named,
    principal: DriverHere,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
) -> Response:
    """By the provider's element, which no page of ours can read; nothing left to pay: back to the reservation."""
    view = await services.desk.reading.one(principal, code)
    back, paying = addresses.reservation_page(view.code), face.paying
    if not view.client_secret:
        return RedirectResponse(back, status_code=303)
    if not paying.publishable_key:
        if not paying.stand_in:
            raise PageUnknown(NoSuchPage())
        asked = urlencode({"client_secret": view.client_secret, "back": face.address + back})
        return RedirectResponse(f"{paying.stand_in}?{asked}", status_code=303)
    there = on_site_clock(visitor, view.site_zone)
    return face.pages.page(
        request,
        "pay.html",
        there,
        headers={"Content-Security-Policy": PAYING},
        key=paying.publishable_key,
        back=face.address + back,
        view=view,
        span=there.reader.span(view.slot_start, view.slot_end),
    )


@router.post("/r/{code}/{path}")
async def act(
    request: Request,
    code: Named,
    path: str,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    key: FormKey = "",
    asks: Annotated[str, Form(max_length=80)] = "",
    shown: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """One of the actions of the table; then the page again, as it is now."""
    action = OF_PAGES.get(path)
    if action is None:
        raise PageUnknown(NoSuchPage())
    view = await services.desk.reading.one(principal, code)
    message = message_of(action, view, Pressed(asks=asks, shown=shown))
    once = press_key(key, view.code, action.name, asks) if key and asks_once(action) else None
    heard = heard_by(request, visitor)
    await services.desk.instead.act(principal, view.code, action, message, key=once, heard=heard)
    return RedirectResponse(addresses.reservation_page(view.code), status_code=303)
