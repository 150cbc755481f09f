"""Signed out: here at once, and at the issuer, too, where it was what signed them in: who sits there next would else be
signed in as them again by one press.
"""

import secrets

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.web import addresses
from api.web.face import Face
from api.web.visitor import SESSION, Visitor, forget, keep, kept

_LEAVING = "slotkeeper_leaving"
"""Cookie of who has been sent to the issuer to sign out."""
_ERASED = "slotkeeper_erased"
"""Cookie of who has been sent there after an erasure: what they are called from now on."""
_LASTS_S = 600
_SECRET_BYTES = 24


async def signed_out(request: Request, face: Face, nobody: Visitor, id_token: str) -> Response:
    """`id_token`: by which the issuer knows what ended; empty: it never signed them in there, and is left alone.

    By a page that leads on: a form of ours may be answered by no other origin (`form-action`).
    """
    state = secrets.token_urlsafe(_SECRET_BYTES)
    there = await _at_issuer(face, id_token, state)
    if there is None:
        response: Response = RedirectResponse(addresses.HOME, status_code=303)
    else:
        response = face.pages.page(request, "signed_out.html", nobody, there=there)
        keep(response, _LEAVING, state, secure=face.secure, seconds=_LASTS_S)
    forget(response, SESSION, secure=face.secure)
    return response


async def erased(request: Request, face: Face, nobody: Visitor, id_token: str, alias: str | None) -> Response:
    """As `signed_out`, of who had all erased that was held about them: one press would else begin it anew. `alias`:
    what they are called from now on, told here, and again when they are back; None: nothing was held.
    """
    state = secrets.token_urlsafe(_SECRET_BYTES)
    there = await _at_issuer(face, id_token, state)
    response = face.pages.page(request, "erased.html", nobody, alias=alias or "", there=there or "")
    if there is not None:
        keep(response, _LEAVING, state, secure=face.secure, seconds=_LASTS_S)
        keep(response, _ERASED, alias or "", secure=face.secure, seconds=_LASTS_S)
    forget(response, SESSION, secure=face.secure)
    return response


async def _at_issuer(face: Face, id_token: str, state: str) -> str | None:
    return await face.identity.leaving(id_token, state) if id_token and face.identity is not None else None


def back_from_issuer(request: Request, face: Face, visitor: Visitor, state: str) -> Response:
    """Who did not set out to sign out is told nothing."""
    if not state or not secrets.compare_digest(state.encode(), (kept(request, _LEAVING) or "").encode()):
        return RedirectResponse(addresses.HOME, status_code=303)
    alias = kept(request, _ERASED)
    page = "signed_out.html" if alias is None else "erased.html"
    response = face.pages.page(request, page, visitor, there="", alias=alias)
    for cookie in (_LEAVING, _ERASED):
        forget(response, cookie, secure=face.secure)
    return response
