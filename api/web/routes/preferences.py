"""Where one is told, in which language, and when not: what each message links to."""

from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import time
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import StringConstraints

from api.services import ServicesHere
from api.web import addresses, words
from api.web.face import FaceHere, JustSignedIn, PageRoute, SignedIn, VisitorHere, is_fresh
from api.web.fields import RowNumber
from domain.errors import QuietHoursInvalid
from domain.facts.refused_telling import NoQuietHours
from domain.telling.channels import MAY_CARRY, Channel
from domain.telling.contact import Wanted
from domain.telling.preferences import Preferences, QuietHours
from domain.telling.urgency import Urgency
from texts.languages import Language

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_PHONES = (Channel.SMS, Channel.VOICE)
_Chosen = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,10}:[a-z]{1,10}$")]
"""What has to be told how soon, and by which channel: `now:sms`."""
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"


@router.get(addresses.PREFERENCES)
async def preferences(
    request: Request, principal: SignedIn, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    known = await services.desk.telling_preferences.read(principal)
    offered = services.desk.contact_points.offered
    theirs = set() if known.quiet is None else {known.quiet.zone}
    zones = sorted({site.zone for site in await services.desk.sites.all()} | {"Europe/Berlin"} | theirs)
    return face.pages.page(
        request,
        "preferences.html",
        visitor,
        fresh=await is_fresh(request),
        points=await services.desk.contact_points.all(principal),
        offered=[channel for channel in Channel if channel in offered.channels],
        missing=[channel for channel in Channel if channel not in offered.channels],
        mails=Channel.MAIL in offered.channels,
        phones=[channel for channel in _PHONES if channel in offered.channels],
        may_carry=MAY_CARRY,
        by=words.CHANNELS,
        told=words.TOLD,
        push_key=offered.push_key,
        email=principal.email or "",
        known=known,
        zones=zones,
        zone=zones[0] if known.quiet is None else known.quiet.zone,
        language=known.language or visitor.reader.language.value,
    )


@router.post(addresses.PREFERENCES)
async def keep_preferences(
    principal: SignedIn,
    services: ServicesHere,
    language: Annotated[Language, Form()],
    start: Annotated[str, Form(pattern=f"^({_CLOCK})?$")] = "",
    end: Annotated[str, Form(pattern=f"^({_CLOCK})?$")] = "",
    zone: Annotated[str, Form(max_length=64)] = "UTC",
    woken: Annotated[bool, Form()] = False,
    chosen: Annotated[list[_Chosen] | None, Form()] = None,
    choosing: Annotated[bool, Form()] = False,
) -> Response:
    """Without hours none are quiet. `choosing`: nothing chosen means nowhere; what is not offered stays as it was."""
    known = await services.desk.telling_preferences.read(principal)
    if bool(start) != bool(end):
        raise QuietHoursInvalid(NoQuietHours())
    quiet = (
        QuietHours(start=time.fromisoformat(start), end=time.fromisoformat(end), zone=zone) if start else None
    )
    wanted = replace(known, language=language.value, quiet=quiet, woken=woken)
    if choosing:
        offered = services.desk.contact_points.offered.channels
        wanted = replace(wanted, channels=_channels(known, frozenset(chosen or ()), offered))
    await services.desk.telling_preferences.put(principal, wanted)
    return RedirectResponse(addresses.PREFERENCES, status_code=303)


@router.post(f"{addresses.PREFERENCES}/addresses")
async def add_address(
    principal: JustSignedIn, services: ServicesHere, address: Annotated[str, Form(max_length=320)]
) -> Response:
    """A code is sent there, unless the issuer vouches for it already."""
    await services.desk.contact_points.add(principal, Wanted(channel=Channel.MAIL, address=address))
    return RedirectResponse(addresses.PREFERENCES, status_code=303)


@router.post(f"{addresses.PREFERENCES}/numbers")
async def add_number(
    principal: JustSignedIn,
    services: ServicesHere,
    number: Annotated[str, Form(max_length=40)],
    channel: Annotated[Literal[Channel.SMS, Channel.VOICE], Form()],
) -> Response:
    """A code is sent there, by a text or a call."""
    await services.desk.contact_points.add(principal, Wanted(channel=channel, address=number))
    return RedirectResponse(addresses.PREFERENCES, status_code=303)


@router.post(f"{addresses.PREFERENCES}/addresses/{{number}}/confirm")
async def confirm_address(
    number: RowNumber, principal: SignedIn, services: ServicesHere, code: Annotated[str, Form(max_length=40)]
) -> Response:
    await services.desk.contact_points.confirm(principal, number, code)
    return RedirectResponse(addresses.PREFERENCES, status_code=303)


@router.post(f"{addresses.PREFERENCES}/addresses/{{number}}/remove")
async def remove_address(number: RowNumber, principal: JustSignedIn, services: ServicesHere) -> Response:
    await services.desk.contact_points.remove(principal, number)
    return RedirectResponse(addresses.PREFERENCES, status_code=303)


def _channels(
    known: Preferences, chosen: Set[str], offered: Set[Channel]
) -> Mapping[Urgency, frozenset[Channel]]:
    return {
        urgency: (known.channels[urgency] - offered)
        | {one for one in offered if urgency in MAY_CARRY[one] and f"{urgency}:{one}" in chosen}
        for urgency in Urgency
    }
