"""How routes of pages are answered: who looks is known before, and whatever is refused is a page, too."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.desk.principal import Principal
from api.desk.refusals import PageUnknown, ScopeMissing, SignInFailed
from api.services import Services
from api.web import addresses
from api.web.identity import Identity
from api.web.pages import Pages
from api.web.refusing import refused, shown_unreadable
from api.web.visitor import FORM, Visitor, check_form, stranger_at, visitor_of
from domain.facts.refused_signing_in import NoSuchPage, NotSignedIn

_WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paying:
    """Where a driver pays: by the provider's element with that publishable key, or at the page of a stand-in for it."""

    publishable_key: str = ""
    stand_in: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Of a stand-in: whom one press signs in, what they are called, and the page that is for them."""

    hint: str
    label: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Of a stack to try: addresses of the stand-ins' own pages. Empty: there is none.

    `forecourt`: of the virtual chargers, where one plugs in. `receiver`: of what engineers are told by webhooks.
    """

    forecourt: str = ""
    mailbox: str = ""
    receiver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What pages are made with. `identity` None: nobody signs in by an issuer. `doors`, `beside`: on the first page.
    `mails`: there is a mail server, which links can be sent by.
    """

    pages: Pages
    identity: Identity | None
    paying: Paying
    doors: tuple[Door, ...] = ()
    beside: Beside = field(default_factory=Beside)
    mails: bool = False
    address: str
    """Of the pages as people have it, without a slash behind: `https://book.example`."""

    @property
    def secure(self) -> bool:
        return self.address.startswith("https://")


class SignInFirst(Exception):
    """The page is for who is signed in; they come back to it. `again`: they are, and have not shown just now who they
    are.
    """

    def __init__(self, *, again: bool = False) -> None:
        super().__init__()
        self.again = again


_MOST_FIELDS = 2_500
"""Of a form: a plan of a site has six for a bay and seven for a landmark (`domain/place/site_plan.py`)."""


class PageRoute(APIRoute):
    """Nothing else of an answer is JSON: neither what is refused nor what cannot be read, nor a mistake of ours."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            services: Services = request.app.state.services
            face: Face = request.app.state.face
            visitor = stranger_at(request, services.clock())  # until the database says who it is
            try:
                visitor = await visitor_of(request, services)
                request.state.visitor = visitor
                if request.method in _WRITES:
                    form = await request.form(max_fields=_MOST_FIELDS)
                    check_form(request, visitor, str(form.get(FORM, "")))
                return await handle(request)
            except SignInFirst as first:
                return await _sign_in_first(request, face, visitor, again=first.again)
            except HTTPException:  # of a body that is no form
                return await shown_unreadable(request, face.pages, visitor)
            except Exception as error:  # noqa: BLE001 - whatever it is, they get a page, and it is logged
                return await refused(request, face.pages, visitor, error)

        return answer


async def _sign_in_first(request: Request, face: Face, visitor: Visitor, *, again: bool) -> Response:
    """A stream is not sent on: a script would follow, and be on its way in place of whoever reads the page."""
    if "text/event-stream" in request.headers.get("accept", ""):
        return await refused(request, face.pages, visitor, SignInFailed(NotSignedIn()))
    there = addresses.SIGN_IN_AGAIN if again else addresses.SIGN_IN
    return RedirectResponse(f"{there}?back={quote(visitor.page, safe='')}", status_code=303)


def tell_people(app: FastAPI) -> None:
    """Who asks by a browser for an address that there is not gets a page, too. After `problems.install`."""
    document = app.exception_handlers[HTTPException]

    async def answered(request: Request, error: HTTPException) -> Response:
        if not _is_for_people(request):
            told: Response = await document(request, error)  # type: ignore[misc]
            return told
        services: Services = request.app.state.services
        visitor = stranger_at(request, services.clock())
        face: Face = request.app.state.face
        return await refused(request, face.pages, visitor, PageUnknown(NoSuchPage()))

    app.exception_handler(HTTPException)(answered)


def _is_for_people(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")


def _face(request: Request) -> Face:
    face: Face = request.app.state.face
    return face


def _visitor(request: Request) -> Visitor:
    visitor: Visitor = request.state.visitor
    return visitor


def _signed_in(request: Request) -> Principal:
    visitor = _visitor(request)
    if visitor.principal is None:
        raise SignInFirst
    return visitor.principal


async def is_fresh(request: Request) -> bool:
    """Has who is signed in shown just now who they are?"""
    services: Services = request.app.state.services
    return await services.desk.web_sessions.is_fresh(_visitor(request).secret)


async def _fresh(request: Request) -> Principal:
    """Who holds a stolen session, or somebody's unlocked phone, is not let on."""
    principal = _signed_in(request)
    if not await is_fresh(request):
        raise SignInFirst(again=True)
    return principal


async def _fresh_driver(request: Request) -> Principal:
    _driver(request)
    return await _fresh(request)


def _driver(request: Request) -> Principal:
    """Who books for themselves."""
    principal = _signed_in(request)
    if principal.driver_id is None:
        raise ScopeMissing("driver")
    return principal


def _operator(request: Request) -> Principal:
    """Of some site or of all; to everybody else there is no such page."""
    principal = _signed_in(request)
    if not (principal.is_operator or principal.is_confined):
        raise PageUnknown(NoSuchPage())
    return principal


FaceHere = Annotated[Face, Depends(_face)]
VisitorHere = Annotated[Visitor, Depends(_visitor)]
SignedIn = Annotated[Principal, Depends(_signed_in)]
DriverHere = Annotated[Principal, Depends(_driver)]
JustSignedIn = Annotated[Principal, Depends(_fresh)]
DriverJustSignedIn = Annotated[Principal, Depends(_fresh_driver)]
OperatorHere = Annotated[Principal, Depends(_operator)]


def on_site_clock(visitor: Visitor, zone: str) -> Visitor:
    """The same, reading what happens at a site."""
    return replace(visitor, reader=replace(visitor.reader, zone=zone))
