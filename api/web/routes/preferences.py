"""Where one is told, in which language, and when not: what each message links to."""

from dataclasses import replace
from datetime import time
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.services import ServicesHere
from api.web.face import FaceHere, PageRoute, SignedIn, VisitorHere
from api.web.fields import RowNumber
from domain.errors import QuietHoursInvalid
from domain.facts.refused_telling import NoQuietHours
from domain.telling.channels import Channel
from domain.telling.contact import Wanted
from domain.telling.preferences import QuietHours
from texts.languages import Language

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ADDRESS = "/preferences"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"


@router.get(_ADDRESS)
async def preferences(
    request: Request, principal: SignedIn, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    known = await services.desk.telling_preferences.read(principal)
    zones = sorted({site.zone for site in await services.desk.sites.all()} | {"Europe/Berlin"})
    return face.pages.page(
        request,
        "preferences.html",
        visitor,
        points=await services.desk.contact_points.all(principal),
        email=principal.email or "",
        known=known,
        zones=zones,
        language=known.language or visitor.reader.language.value,
    )


@router.post(_ADDRESS)
async def keep_preferences(
    principal: SignedIn,
    services: ServicesHere,
    language: Annotated[Language, Form()],
    start: Annotated[str, Form(pattern=f"^({_CLOCK})?$")] = "",
    end: Annotated[str, Form(pattern=f"^({_CLOCK})?$")] = "",
    zone: Annotated[str, Form(max_length=64)] = "UTC",
    woken: Annotated[bool, Form()] = False,
) -> Response:
    """Without hours none are quiet."""
    known = await services.desk.telling_preferences.read(principal)
    if bool(start) != bool(end):
        raise QuietHoursInvalid(NoQuietHours())
    quiet = (
        QuietHours(start=time.fromisoformat(start), end=time.fromisoformat(end), zone=zone) if start else None
    )
    wanted = replace(known, language=language.value, quiet=quiet, woken=woken)
    await services.desk.telling_preferences.put(principal, wanted)
    return RedirectResponse(_ADDRESS, status_code=303)


@router.post(f"{_ADDRESS}/addresses")
async def add_address(
    principal: SignedIn, services: ServicesHere, address: Annotated[str, Form(max_length=320)]
) -> Response:
    """A code is sent there, unless the issuer vouches for it already."""
    await services.desk.contact_points.add(principal, Wanted(channel=Channel.MAIL, address=address))
    return RedirectResponse(_ADDRESS, status_code=303)


@router.post(f"{_ADDRESS}/addresses/{{number}}/confirm")
async def confirm_address(
    number: RowNumber, principal: SignedIn, services: ServicesHere, code: Annotated[str, Form(max_length=40)]
) -> Response:
    await services.desk.contact_points.confirm(principal, number, code)
    return RedirectResponse(_ADDRESS, status_code=303)


@router.post(f"{_ADDRESS}/addresses/{{number}}/remove")
async def remove_address(number: RowNumber, principal: SignedIn, services: ServicesHere) -> Response:
    await services.desk.contact_points.remove(principal, number)
    return RedirectResponse(_ADDRESS, status_code=303)
