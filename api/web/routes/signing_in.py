"""Signing in and out, and choosing a language."""

import re
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.principal import Principal
from api.desk.refusals import PageUnknown, SignInFailed
from api.errors import ApiProblem
from api.services import Services, ServicesHere
from api.tokens.bearer import principal_of
from api.told import DATABASE
from api.web import addresses, beginning, on_the_way
from api.web.face import Face, FaceHere, PageRoute, SignedIn, VisitorHere
from api.web.identity import proven_at
from api.web.leaving import back_from_issuer, signed_out
from api.web.visitor import A_YEAR, KNOWN, LANGUAGE, SESSION, TOLD, Visitor, keep, kept, stranger_at
from domain.errors import DomainError
from domain.facts.refused_signing_in import NoSuchPage, NotAskedAgain, NotSignedIn
from domain.signing_in.freshness import is_fresh
from texts.languages import Language

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_NUMBER = re.compile(r"[0-9]{1,18}")

log = structlog.get_logger(__name__)


@router.get(addresses.SIGN_IN)
async def sign_in(
    request: Request,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    back: Annotated[str | None, Query()] = None,
    hint: Annotated[str | None, Query(max_length=255)] = None,
) -> Response:
    """The ways that there are. To the issuer at once: if there is no other, or it is said who they are there."""
    if hint is not None or not (services.desk.passkeys.offered or face.mails):
        return await by_issuer(request, face, back, hint)
    return await _ways(request, services, face, visitor, back)


@router.get(addresses.SIGN_IN_AGAIN)
async def sign_in_again(
    request: Request,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    back: Annotated[str | None, Query()] = None,
) -> Response:
    """The ways that there are for them: who is more than a driver would be no more than that by our own."""
    return await _ways(
        request, services, face, visitor, back, again=True, ours=principal.driver_id is not None
    )


async def _ways(
    request: Request,
    services: Services,
    face: Face,
    visitor: Visitor,
    back: str | None,
    *,
    again: bool = False,
    ours: bool = True,
) -> Response:
    """`ours`: also those that make them a driver, and nothing else."""
    passkeys = services.desk.passkeys
    return face.pages.page(
        request,
        "sign_in.html",
        visitor,
        back=addresses.own_address(back),
        again=again,
        issuer=face.identity is not None,
        mails=face.mails and ours,
        options=await passkeys.to_sign_in(visitor.secret) if passkeys.offered and ours else None,
    )


@router.get(addresses.ISSUER)
async def by_issuer(
    request: Request,
    face: FaceHere,
    back: Annotated[str | None, Query()] = None,
    hint: Annotated[str | None, Query(max_length=255)] = None,
    again: Annotated[bool, Query()] = False,
) -> Response:
    """Who sends them back to `signed_in`."""
    if face.identity is None:
        raise PageUnknown(NoSuchPage())
    way = on_the_way.set_out(back, again=again)
    response = RedirectResponse(await face.identity.address(way, hint), status_code=303)
    on_the_way.remember(request, response, way, secure=face.secure)
    return response


@router.get(addresses.SIGNED_IN)
async def signed_in(
    request: Request,
    services: ServicesHere,
    face: FaceHere,
    code: Annotated[str, Query(max_length=2000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Back from the issuer: the session begins anew, with a secret that nobody had before (no fixation)."""
    if face.identity is None:
        raise PageUnknown(NoSuchPage())
    way = on_the_way.back_from(request, state)
    if way is None or not code:
        raise SignInFailed(NotSignedIn())
    vouched = await face.identity.vouched(way, code)
    claims = vouched.claims
    try:
        principal = principal_of(claims)
    except ApiProblem as error:
        raise SignInFailed(NotSignedIn()) from error
    proven = proven_at(claims)
    if way.again and not is_fresh(proven, services.clock()):
        raise SignInFailed(NotAskedAgain())
    begun = await services.desk.web_sessions.begin(
        claims,
        instead_of=kept(request, SESSION),
        browser=beginning.calls_itself(request),
        proven_at=proven,
        id_token=vouched.id_token,
    )
    await _adopt_address(services, principal)
    response = beginning.signed_in(services, face, begun, way.back_to)
    if principal.email is not None and (mark := await services.desk.sign_in_links.mark_of(principal.email)):
        keep(response, KNOWN, mark, secure=face.secure, seconds=A_YEAR)
    on_the_way.arrived(response, way, secure=face.secure)
    return response


async def _adopt_address(services: Services, principal: Principal) -> None:
    """Whatever becomes of it, they are signed in: an address can be added later."""
    try:
        await services.desk.contact_points.adopt(principal)
    except (DomainError, ApiProblem, *DATABASE) as error:
        code = getattr(error, "code", type(error).__name__)
        log.warning("address_not_adopted", driver_id=principal.driver_id, code=code)


@router.post(addresses.SIGN_OUT)
async def sign_out(
    request: Request, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    """A driver is told nothing in this browser any more, either: whoever sits there next would read it."""
    session, told = kept(request, SESSION), kept(request, TOLD) or ""
    if visitor.principal is not None and _NUMBER.fullmatch(told):
        await services.desk.contact_points.leave(visitor.principal, int(told))
    id_token = await services.desk.web_sessions.end(session) if session else ""
    return await signed_out(request, face, stranger_at(request, visitor.now), id_token)


@router.get(addresses.SIGNED_OUT)
async def back_from_signing_out(
    request: Request,
    face: FaceHere,
    visitor: VisitorHere,
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    return back_from_issuer(request, face, visitor, state)


@router.post("/language")
async def choose_language(
    face: FaceHere,
    language: Annotated[Language, Form()],
    back: Annotated[str | None, Form()] = None,
) -> Response:
    response = RedirectResponse(addresses.own_address(back), status_code=303)
    keep(response, LANGUAGE, language.value, secure=face.secure, seconds=A_YEAR)
    return response
