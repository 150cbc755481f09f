"""Who looks at a page: signed in or not, in which language; and what a form of theirs is known by."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response

from api.desk.principal import Principal
from api.desk.refusals import FormNotOurs
from api.errors import ApiProblem
from api.services import Services
from api.tokens.bearer import principal_of
from api.web.addresses import HOME, own_address
from api.web.forms import form_token, is_from_here, is_ours
from domain.facts.refused_signing_in import FormFromElsewhere
from texts.languages import Language, preferred
from texts.reader import Reader

SESSION, STRANGER, LANGUAGE = "slotkeeper_session", "slotkeeper_form", "slotkeeper_language"
"""Cookies: of who is signed in; of a form of who is not; of a chosen language."""
TOLD = "slotkeeper_told"
"""Which of somebody's addresses this browser is: the number of its contact point."""
KNOWN = "slotkeeper_known"
"""The mark of the address by which somebody was signed in with this browser last."""
_OF_THIS_HOST = "__Host-"
"""Before their names where pages are had by https: browsers take such a cookie from this very host alone (RFC 6265bis,
§4.1.3.2). Else a page of `x.example`, or who answers for it on the way, plants their session for `book.x.example`.
"""
FORM = "form_token"
A_YEAR = 365 * 24 * 3600
_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """`principal` None: not signed in. `page`: the address they are at, with its query; of a form, that of the page
    which it is on, as the browser says it; where pages begin, if it says none of ours.
    """

    principal: Principal | None
    reader: Reader
    now: datetime
    page: str
    secret: str = field(repr=False)
    is_new: bool = False
    """Their browser keeps `secret` from the answer on."""

    @property
    def form_token(self) -> str:
        return form_token(self.secret)

    def keep(self, response: Response, *, secure: bool) -> None:
        if self.is_new:
            keep(response, STRANGER, self.secret, secure=secure)


async def visitor_of(request: Request, services: Services) -> Visitor:
    """By their cookies. A session that is over, or whose claims will not do any more, is none."""
    session = kept(request, SESSION)
    principal = await _principal(services, session) if session else None
    there = stranger_at(request, services.clock())
    if session is None or principal is None:
        return there
    return replace(there, principal=principal, secret=session, is_new=False)


def stranger_at(request: Request, now: datetime) -> Visitor:
    """Whoever it is, as somebody who is not signed in."""
    known = kept(request, STRANGER)
    query = f"?{request.url.query}" if request.url.query else ""
    return Visitor(
        principal=None,
        reader=Reader(language_of(request)),
        now=now,
        page=request.url.path + query if request.method == "GET" else _page_of_form(request),
        secret=known or secrets.token_urlsafe(_BYTES),
        is_new=not known,
    )


def _page_of_form(request: Request) -> str:
    try:
        said = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return HOME
    if not said.netloc or said.netloc != request.headers.get("host"):
        return HOME
    return own_address(said.path + (f"?{said.query}" if said.query else ""))


async def _principal(services: Services, session: str) -> Principal | None:
    claims = await services.desk.web_sessions.claims(session)
    if claims is None:
        return None
    try:
        return principal_of(claims)
    except ApiProblem:
        return None


def language_of(request: Request) -> Language:
    """As chosen, else as their browser wants it."""
    chosen = kept(request, LANGUAGE)
    known = {language.value: language for language in Language}
    return known.get(chosen or "") or preferred(request.headers.get("accept-language"))


def check_form(request: Request, visitor: Visitor, token: str) -> None:
    """Raises FormNotOurs."""
    host = request.headers.get("host", "")
    if not (is_from_here(request.headers, host) and is_ours(token, visitor.secret)):
        raise FormNotOurs(FormFromElsewhere())


def kept(request: Request, name: str) -> str | None:
    """What their browser keeps by `keep`."""
    return request.cookies.get(_prefix(secure=request.app.state.face.secure) + name)


def kept_names(request: Request, beginning: str) -> list[str]:
    """Of what it keeps, those that begin so."""
    prefix = _prefix(secure=request.app.state.face.secure)
    return [name.removeprefix(prefix) for name in request.cookies if name.startswith(prefix + beginning)]


def keep(response: Response, name: str, value: str, *, secure: bool, seconds: int | None = None) -> None:
    """A cookie that no script reads, and that no other site's form brings along. `seconds` None: while it is open."""
    said = _prefix(secure=secure) + name
    response.set_cookie(said, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def forget(response: Response, name: str, *, secure: bool) -> None:
    said = _prefix(secure=secure) + name
    response.delete_cookie(said, path="/", secure=secure, httponly=True, samesite="lax")


def _prefix(*, secure: bool) -> str:
    return _OF_THIS_HOST if secure else ""
