"""How routes of pages are answered: who looks is known before, and whatever is refused is a page, too."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from api.desk.principal import Principal
from api.desk.refusals import PageUnknown, ScopeMissing
from api.services import Services
from api.told import FORESEEN, told_of
from api.v1.schemas.offers import AlternativeOut
from api.web import addresses
from api.web.identity import Identity
from api.web.pages import Pages
from api.web.visitor import FORM, Visitor, check_form, visitor_of
from domain.facts.refused_signing_in import NoSuchPage

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
class Face:
    """What pages are made with. `identity` None: nobody can sign in. `doors`: on the first page."""

    pages: Pages
    identity: Identity | None
    paying: Paying
    doors: tuple[Door, ...] = ()
    address: str
    """Of the pages as people have it, without a slash behind: `https://book.example`."""

    @property
    def secure(self) -> bool:
        return self.address.startswith("https://")


class SignInFirst(Exception):
    """The page is for who is signed in; they come back to it."""


class PageRoute(APIRoute):
    """Nothing else of an answer is JSON: neither what is refused nor what cannot be read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            services: Services = request.app.state.services
            face: Face = request.app.state.face
            visitor = await visitor_of(request, services)
            request.state.visitor = visitor
            try:
                if request.method in _WRITES:
                    form = await request.form()
                    check_form(request, visitor, str(form.get(FORM, "")))
                response = await handle(request)
            except SignInFirst:
                back = visitor.page if request.method == "GET" else addresses.HOME
                response = RedirectResponse(
                    f"{addresses.SIGN_IN}?back={quote(back, safe='')}", status_code=303
                )
            except RequestValidationError:
                response = refused(request, face, visitor, PageUnknown(NoSuchPage()))
            except FORESEEN as error:
                response = refused(request, face, visitor, error)
            visitor.keep(response, secure=face.secure)
            return response

        return answer


def offering(request: Request, zone: str, alternatives: Sequence[AlternativeOut]) -> None:
    """From here on, whatever the request is refused with shows these, on the clock of that zone."""
    request.state.offered = {"offered": alternatives, "zone": zone}


def refused(request: Request, face: Face, visitor: Visitor, error: Exception) -> Response:
    """Why, what to do about it, and what there is instead. `error`: one of FORESEEN."""
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
    return face.pages.page(
        request, "refused.html", visitor, status=status, headers=headers, title=title, told=text, **offered
    )


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


def _driver(request: Request) -> Principal:
    """Who books for themselves."""
    principal = _signed_in(request)
    if principal.driver_id is None:
        raise ScopeMissing("driver")
    return principal


FaceHere = Annotated[Face, Depends(_face)]
VisitorHere = Annotated[Visitor, Depends(_visitor)]
SignedIn = Annotated[Principal, Depends(_signed_in)]
DriverHere = Annotated[Principal, Depends(_driver)]


def on_site_clock(visitor: Visitor, zone: str) -> Visitor:
    """The same, reading what happens at a site."""
    return replace(visitor, reader=replace(visitor.reader, zone=zone))
