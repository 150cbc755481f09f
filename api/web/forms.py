"""Whether a form was sent by a page of ours, by who has it open: OWASP's synchroniser token, and the browser's word.

The token is made of what the browser keeps of the session, so that nothing has to be stored; on each page it looks
otherwise, so that what is compressed with it tells nothing of it (BREACH).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers

_BYTES = 32
_OURS = ("same-origin", "none")


def form_token(secret: str) -> str:
    """To be sent along with each form. `secret`: of the session, or of who is not signed in."""
    mask = secrets.token_bytes(_BYTES)
    return base64.urlsafe_b64encode(mask + _xor(mask, _proof(secret))).decode()


def is_ours(token: str, secret: str) -> bool:
    """Did a page that was made for this session send it?"""
    try:
        said = base64.urlsafe_b64decode(token.encode("ascii"))
    except (binascii.Error, ValueError):
        return False
    if len(said) != 2 * _BYTES:
        return False
    return hmac.compare_digest(_xor(said[:_BYTES], said[_BYTES:]), _proof(secret))


def is_from_here(headers: Headers, host: str) -> bool:
    """By what browsers say of where a request comes from (Fetch Metadata; Origin, RFC 6454). Old ones say nothing."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in _OURS:
        return False
    return origin is None or _host_of(origin) == host


def _host_of(origin: str) -> str | None:
    """None: it is no address."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _proof(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"form", hashlib.sha256).digest()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
