"""Who has been sent to the issuer and is not back yet: kept by their browser, so that strangers fill no table.

A cookie each, named by its `state`: two tabs can be on their way at once, and each comes back as itself. Nobody else's
answer is taken for theirs, as no other browser has the cookie (OpenID Connect Core §3.1.2.1); it is good once, as it is
forgotten with the answer, and the issuer takes a code once (RFC 6749 §4.1.2).
"""

import base64
import binascii
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request
from fastapi.responses import Response

from api.web import addresses
from api.web.visitor import forget, keep, kept, kept_names

_NAME = "slotkeeper_signing_in_"
_LASTS = timedelta(minutes=10)
_AT_ONCE = 4
"""Tabs that can be on their way; browsers send so many cookies with each request."""
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTheWay:
    """`state` goes to the issuer and back; `verifier` is for PKCE (RFC 7636); `back_to` the page that they wanted.

    `again`: they are signed in, and to show once more who they are.
    """

    state: str
    nonce: str
    verifier: str
    back_to: str
    again: bool = False


def set_out(back: str | None, *, again: bool = False) -> OnTheWay:
    """To be signed in, and to come back to that page, if it is one of ours."""
    back_to = addresses.own_address(back)
    return OnTheWay(state=_secret(), nonce=_secret(), verifier=_secret(), back_to=back_to, again=again)


def remember(request: Request, response: Response, way: OnTheWay, *, secure: bool) -> None:
    """Their browser keeps it; of so many that nobody came back from, it keeps none."""
    others = kept_names(request, _NAME)
    if len(others) >= _AT_ONCE:
        for name in others:
            forget(response, name, secure=secure)
    said = json.dumps([way.nonce, way.verifier, way.back_to, way.again])
    kept = base64.urlsafe_b64encode(said.encode()).decode()
    keep(response, _name(way.state), kept, secure=secure, seconds=int(_LASTS.total_seconds()))


def back_from(request: Request, state: str) -> OnTheWay | None:
    """None: that browser did not set out so, or too long ago, or it is back already."""
    try:
        said = json.loads(base64.urlsafe_b64decode(kept(request, _name(state)) or ""))
    except (binascii.Error, ValueError, RecursionError):
        return None
    match said:
        case [str(nonce), str(verifier), str(back), bool(again)]:
            back_to = addresses.own_address(back)
            return OnTheWay(state=state, nonce=nonce, verifier=verifier, back_to=back_to, again=again)
        case _:
            return None


def arrived(response: Response, way: OnTheWay, *, secure: bool) -> None:
    """Another tab of theirs that is on its way comes back as itself."""
    forget(response, _name(way.state), secure=secure)


def _name(state: str) -> str:
    return _NAME + hashlib.sha256(state.encode()).hexdigest()[:16]


def _secret() -> str:
    return secrets.token_urlsafe(_SECRET_BYTES)
