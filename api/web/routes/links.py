"""Signing in by a link that comes by mail: asked for by an address, opened, and used by a press."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.refusals import PageUnknown
from api.desk.sign_in_links import Asker
from api.services import ServicesHere
from api.web import addresses
from api.web.beginning import let_in
from api.web.face import FaceHere, PageRoute, VisitorHere
from api.web.fields import Listed
from api.web.networks import network_of
from api.web.visitor import A_YEAR, KNOWN, keep, kept
from domain.facts.refused_signing_in import NoSuchPage
from domain.signing_in.ways import WayIn

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_SENT = f"{addresses.LINK}/sent"
_LONGEST_SECRET = 100


@router.post(addresses.LINK)
async def ask_for_link(
    request: Request,
    services: ServicesHere,
    face: FaceHere,
    address: Annotated[str, Form(max_length=320)],
    back: Annotated[str | None, Form()] = None,
) -> Response:
    """The same answer, and as soon, whether we know the address or not."""
    if not face.mails:
        raise PageUnknown(NoSuchPage())
    asker = Asker(network=network_of(request), mark=kept(request, KNOWN) or "")
    services.desk.sign_in_links.ask(address, addresses.own_address(back), asker)
    return RedirectResponse(_SENT, status_code=303)


@router.get(_SENT)
async def link_sent(request: Request, face: FaceHere, visitor: VisitorHere) -> Response:
    return face.pages.page(request, "link_sent.html", visitor)


@router.get(addresses.LINK)
async def open_link(
    request: Request,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    token: Annotated[str, Query(max_length=_LONGEST_SECRET)] = "",
) -> Response:
    """Only a press uses it: programs that look at mails follow links."""
    opened = await services.desk.sign_in_links.opened(token)
    return face.pages.page(request, "link.html", visitor, token=token, drivers=opened.drivers)


@router.post(f"{addresses.LINK}/use")
async def use_link(
    request: Request,
    services: ServicesHere,
    face: FaceHere,
    token: Annotated[str, Form(max_length=_LONGEST_SECRET)],
    driver: Annotated[Listed, Form()],
) -> Response:
    used = await services.desk.sign_in_links.use(token, driver)
    response = await let_in(request, services, face, driver, WayIn.LINK, used.back_to)
    keep(response, KNOWN, used.mark, secure=face.secure, seconds=A_YEAR)
    return response
