"""Signing in by a passkey; and for who is signed in: their passkeys, and where else they are signed in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.services import ServicesHere
from api.v1.schemas.fields import LINE
from api.web import addresses
from api.web.beginning import let_in
from api.web.face import DriverJustSignedIn, FaceHere, PageRoute, SignedIn, VisitorHere, is_fresh
from api.web.fields import RowNumber
from api.web.leaving import signed_out
from api.web.visitor import stranger_at
from domain.signing_in.passkeys import LONGEST_NAME
from domain.signing_in.ways import WayIn

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_PASSKEYS = "/preferences/passkeys"
_Credential = Annotated[str, Form(max_length=20_000)]
"""What an authenticator said, as JSON (WebAuthn Level 3 §5.1)."""
_Name = Annotated[str, Form(max_length=LONGEST_NAME, pattern=LINE)]


@router.post(addresses.PASSKEY)
async def sign_in_by_passkey(
    request: Request,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    credential: _Credential,
    back: Annotated[str | None, Form()] = None,
) -> Response:
    driver_id = await services.desk.passkeys.sign_in(visitor.secret, credential)
    return await let_in(request, services, face, driver_id, WayIn.PASSKEY, addresses.own_address(back))


@router.get(addresses.WAYS_IN)
async def ways_in(
    request: Request, principal: SignedIn, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    """Passkeys are drivers'."""
    passkeys, is_driver = services.desk.passkeys, principal.driver_id is not None
    fresh, sites = await is_fresh(request), await services.desk.sites.first(1)
    may_add = is_driver and passkeys.offered and fresh
    return face.pages.page(
        request,
        "ways_in.html",
        visitor,
        is_driver=is_driver,
        passkeys=await passkeys.all(principal) if is_driver else (),
        offered=passkeys.offered,
        mails=face.mails,
        fresh=fresh,
        options=await passkeys.to_add(principal, visitor.secret) if may_add else None,
        sessions=await services.desk.web_sessions.all(principal, visitor.secret),
        zone=sites[0].zone if sites else "UTC",
    )


@router.post(_PASSKEYS)
async def add_passkey(
    principal: DriverJustSignedIn,
    services: ServicesHere,
    visitor: VisitorHere,
    credential: _Credential,
    name: _Name = "",
) -> Response:
    await services.desk.passkeys.add(principal, visitor.secret, name.strip(), credential)
    return RedirectResponse(addresses.WAYS_IN, status_code=303)


@router.post(f"{_PASSKEYS}/{{number}}/remove")
async def remove_passkey(
    number: RowNumber, principal: DriverJustSignedIn, services: ServicesHere
) -> Response:
    await services.desk.passkeys.remove(principal, number)
    return RedirectResponse(addresses.WAYS_IN, status_code=303)


@router.post(f"{addresses.WAYS_IN}/end")
async def sign_out_everywhere(
    request: Request, principal: SignedIn, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    id_token = await services.desk.web_sessions.end_all(principal, visitor.secret)
    return await signed_out(request, face, stranger_at(request, visitor.now), id_token)
