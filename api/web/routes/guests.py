"""Who may charge in the driver's place: named, with a pass that is shown once, and taken off again."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.guests import Pass
from api.desk.principal import Principal
from api.services import Services, ServicesHere
from api.v1.schemas.fields import AddressLine
from api.web import addresses
from api.web.face import Face, FaceHere, PageRoute, SignedIn, VisitorHere, on_site_clock
from api.web.fields import Named
from api.web.visitor import Visitor
from domain.reservation.guest import Guest
from domain.reservation.lifecycle import FINAL

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    request: Request
    principal: Principal
    services: Services
    face: Face
    visitor: Visitor


async def _asked(
    request: Request, principal: SignedIn, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> _Asked:
    return _Asked(request=request, principal=principal, services=services, face=face, visitor=visitor)


AskedHere = Annotated[_Asked, Depends(_asked)]


@router.get("/r/{code}/guests")
async def guests(code: Named, asked: AskedHere) -> Response:
    """Whoever it is now; their pass is not shown again."""
    return await _shown(asked, code, None)


@router.post("/r/{code}/guests")
async def add_guest(
    code: Named,
    asked: AskedHere,
    name: Annotated[AddressLine, Form()],
    contact: Annotated[AddressLine, Form()],
) -> Response:
    """With a pass: sent again, it is another one, and the one that is shown counts."""
    desk = asked.services.desk.guests
    await desk.name(asked.principal, code, Guest(name=name, contact=contact))
    return await _shown(asked, code, await desk.issue(asked.principal, code))


@router.post("/r/{code}/guests/pass")
async def renew_pass(code: Named, asked: AskedHere) -> Response:
    """The one before counts no more."""
    return await _shown(asked, code, await asked.services.desk.guests.issue(asked.principal, code))


@router.post("/r/{code}/guests/remove")
async def remove_guest(code: Named, asked: AskedHere) -> Response:
    """Their pass counts no more; pressed twice it is the same."""
    await asked.services.desk.guests.withdraw(asked.principal, code)
    return RedirectResponse(f"{addresses.reservation_page(code)}/guests", status_code=303)


async def _shown(asked: _Asked, code: str, issued: Pass | None) -> Response:
    coming = await asked.services.desk.guests.coming(asked.principal, code)
    view = await asked.services.desk.reading.one(asked.principal, code)
    there = on_site_clock(asked.visitor, view.site_zone)
    return asked.face.pages.page(
        asked.request,
        "guests.html",
        there,
        headers={} if issued is None else {"Cache-Control": "no-store"},
        code=view.code,
        span=there.reader.span(view.slot_start, view.slot_end),
        over=view.state in FINAL,
        guest=None if coming is None else coming.guest,
        has_pass=coming is not None and coming.has_pass,
        link="" if issued is None else asked.face.address + addresses.guests_page(issued.secret),
    )
