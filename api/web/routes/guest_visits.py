"""A guest's page: whoever has the pass that a driver handed out sees where and when, and does what one does there."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.refusals import PageUnknown
from api.services import ServicesHere
from api.web import addresses, words
from api.web.arriving import arriving_of
from api.web.buttons import OF_PAGES, Pressed, asks_of, message_of
from api.web.face import FaceHere, PageRoute, VisitorHere, on_site_clock
from api.web.fields import Named
from api.web.reservation_state import credential, way_of
from domain.facts.refused_signing_in import NoSuchPage
from domain.reservation.actions.messages import AtBay, OnMyWay
from domain.reservation.actions.table import BY_NAME
from domain.reservation.guest import GUESTS_ACTIONS

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Secret = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
_NOT_KEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
"""Its address lets in whoever has it."""


@router.get("/g/{secret}")
async def visit(
    request: Request, secret: Secret, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    """Nothing of who booked, and no money."""
    view = await services.desk.guests.visit(secret)
    there = on_site_clock(visitor, view.site_zone)
    return face.pages.page(
        request,
        "guest_visit.html",
        there,
        headers=_NOT_KEPT,
        view=view,
        span=there.reader.span(view.slot_start, view.slot_end),
        code_svg=credential(view),
        plan=await way_of(services, view, there.reader),
        address=addresses.guests_page(secret),
        actions=[
            (BY_NAME[name].path, there.reader.page(words.BUTTONS[name]), asks_of(name, view, visitor.now))
            for name in GUESTS_ACTIONS
            if name in view.possible and name in words.BUTTONS
        ],
        arriving=arriving_of(view, there.reader, visitor.now),
    )


@router.post("/g/{secret}/{path}")
async def act(
    secret: Secret,
    path: Named,
    services: ServicesHere,
    visitor: VisitorHere,
    asks: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """In the driver's place; pressed twice it is the same, or not possible any more."""
    action, guests = OF_PAGES.get(path), services.desk.guests
    if action is None or action.name not in GUESTS_ACTIONS:
        raise PageUnknown(NoSuchPage())
    view = await guests.visit(secret)
    says = message_of(action, view, Pressed(asks=asks, shown=""))
    await guests.act(secret, action.name, says if isinstance(says, OnMyWay | AtBay) else None)
    return RedirectResponse(addresses.guests_page(secret), status_code=303)
