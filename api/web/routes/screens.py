"""For a screen that stands at a site or a bay: large, without forms, and nobody's name; kept up by itself."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.desk.bay_signs import BaySign
from api.services import Services, ServicesHere
from api.web import addresses
from api.web.bay_here import BayHere, follow_bay
from api.web.bay_state import bay_state
from api.web.codes import code_shown
from api.web.face import FaceHere, PageRoute, VisitorHere, on_site_clock
from api.web.fields import Named
from api.web.live import following
from api.web.site_plan import states_drawn
from api.web.visitor import Visitor
from db.changes import Kind, Subject
from db.tables import Site

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/b/{charger_id}/{number}/screen")
async def bay_screen(request: Request, here: BayHere, face: FaceHere) -> Response:
    return face.pages.page(
        request,
        "screen.html",
        here.visitor,
        title=here.sign.connector.label,
        live=f"{here.address}/screen/live",
        code=f"{here.address}/code.svg",
        **_shown([here.sign], here.visitor, alone=True),
    )


@router.get("/b/{charger_id}/{number}/screen/live")
async def bay_screen_live(
    request: Request, here: BayHere, services: ServicesHere, face: FaceHere
) -> Response:
    def shown(sign: BaySign, visitor: Visitor) -> str:
        return face.pages.text("screen_state.html", visitor, **_shown([sign], visitor, alone=True))

    return await follow_bay(request, services, here, "bay screen", shown)


@router.get("/s/{site_id}/screen")
async def site_screen(
    request: Request, site_id: Named, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    site, signs = await services.desk.bay_signs.at_site(site_id)
    address, there = addresses.site_page(site.id), on_site_clock(visitor, site.zone)
    return face.pages.page(
        request,
        "screen.html",
        there,
        title=site.name,
        live=f"{address}/screen/live",
        code=f"{address}/code.svg",
        **await _of_site(services, site, signs, there),
    )


@router.get("/s/{site_id}/screen/live")
async def site_screen_live(
    request: Request, site_id: Named, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    first, _ = await services.desk.bay_signs.at_site(site_id)

    async def look(visitor: Visitor) -> str:
        site, signs = await services.desk.bay_signs.at_site(site_id)
        there = on_site_clock(visitor, site.zone)
        return face.pages.text("screen_state.html", there, **await _of_site(services, site, signs, there))

    what = ("site screen", first.id, visitor.reader.language)
    return await following(request, services, visitor, Subject(Kind.SITE, first.id), what, look)


@router.get("/s/{site_id}/code.svg")
async def site_code(request: Request, site_id: Named, services: ServicesHere, face: FaceHere) -> Response:
    """Its page as a QR code."""
    site = await services.desk.sites.site(site_id)
    return code_shown(request, face.pages, face.address + addresses.site_page(site.id))


async def _of_site(
    services: Services, site: Site, signs: Sequence[BaySign], there: Visitor
) -> dict[str, Any]:
    """With its plan, where there is one; nobody presses anything on a screen."""
    shown, plan = _shown(signs, there), await services.desk.site_plans.of(site)
    return {**shown, "plan": states_drawn(plan, shown["bays"], there, linked=False)}


def _shown(signs: Sequence[BaySign], visitor: Visitor, *, alone: bool = False) -> dict[str, Any]:
    """`alone`: it stands at that bay."""
    return {"bays": [bay_state(sign, visitor) for sign in signs], "alone": alone}
