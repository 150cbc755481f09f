"""How routes of pages are answered: who looks is known before, and whatever is refused is a page, too."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.desk.principal import Principal
from api.desk.refusals import FormUnreadable, PageUnknown, ScopeMissing, SignInFailed
from api.services import Services
from api.told import told_of
from api.v1.schemas.offers import AlternativeOut
from api.web import addresses
from api.web.identity import Identity
from api.web.pages import Pages
from api.web.visitor import FORM, Visitor, check_form, stranger_at, visitor_of
from domain.errors import Explained
from domain.facts.refused_signing_in import FieldsUnreadable, NoSuchPage, NotSignedIn

_WRITES = ("POST", "PUT", "PATCH", "DELETE")
_MOST_NAMED = 200
"""Characters: names of fields are the sender's."""


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
                    form = await request.form()
                    check_form(request, visitor, str(form.get(FORM, "")))
                return await handle(request)
            except SignInFirst as first:
                return _sign_in_first(request, face, visitor, again=first.again)
            except RequestValidationError as error:
                return refused(request, face, visitor, _unreadable(error))
            except HTTPException:  # of a body that is no form
                return refused(request, face, visitor, _unreadable())
            except Exception as error:  # noqa: BLE001 - whatever it is, they get a page, and it is logged
                return refused(request, face, visitor, error)

        return answer


def _sign_in_first(request: Request, face: Face, visitor: Visitor, *, again: bool) -> Response:
    """A stream is not sent on: a script would follow, and be on its way in place of whoever reads the page."""
    if "text/event-stream" in request.headers.get("accept", ""):
        return refused(request, face, visitor, SignInFailed(NotSignedIn()))
    there = addresses.SIGN_IN_AGAIN if again else addresses.SIGN_IN
    return RedirectResponse(f"{there}?back={quote(visitor.page, safe='')}", status_code=303)


def _unreadable(error: RequestValidationError | None = None) -> Explained:
    """What is wrong with a page's address is no page; what is wrong with a field can be mended."""
    places = [] if error is None else [item["loc"] for item in error.errors()]
    if any(place[:1] == ("path",) for place in places):
        return PageUnknown(NoSuchPage())
    fields = sorted({str(place[1]) for place in places if len(place) > 1})
    return FormUnreadable(FieldsUnreadable(fields=", ".join(fields)[:_MOST_NAMED]))


def tell_people(app: FastAPI) -> None:
    """Who asks by a browser for an address that there is not gets a page, too. After `problems.install`."""
    document = app.exception_handlers[HTTPException]

    async def answered(request: Request, error: HTTPException) -> Response:
        if not _is_for_people(request):
            told: Response = await document(request, error)  # type: ignore[misc]
            return told
        services: Services = request.app.state.services
        visitor = stranger_at(request, services.clock())
        return refused(request, request.app.state.face, visitor, PageUnknown(NoSuchPage()))

    app.exception_handler(HTTPException)(answered)


def _is_for_people(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")


def offering(request: Request, zone: str, alternatives: Sequence[AlternativeOut]) -> None:
    """From here on, whatever the request is refused with shows these, on the clock of that zone."""
    request.state.offered = {"offered": alternatives, "zone": zone}


def refused(request: Request, face: Face, visitor: Visitor, error: Exception) -> Response:
    """Why, what to do about it, and what there is instead. What nobody foresaw is our fault, and logged."""
    told = told_of(error, visitor.reader)
    return shown_refused(request, face, visitor, told.status, told.title, told.text, told.retry_after_s)


def shown_refused(
    request: Request,
    face: Face,
    visitor: Visitor,
    status: int,
    title: str,
    text: str,
    retry_after_s: int | None = None,
) -> Response:
    offered: dict[str, Any] = getattr(request.state, "offered", {"offered": (), "zone": ""})
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    back = visitor.page if request.method in _WRITES else addresses.HOME
    ours = getattr(request.state, "request_id", "") if status >= HTTPStatus.INTERNAL_SERVER_ERROR else ""
    said = {"title": title, "told": text, "back": back, "reference": ours, **offered}
    return face.pages.page(request, "refused.html", visitor, status=status, headers=headers, **said)


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
