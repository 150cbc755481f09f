"""The issuer that vouches for people: OpenID Connect, authorization code with PKCE.

What an id token says of somebody is read like a bearer token: the same claims, by the same rules.
"""

import asyncio
import base64
import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import jwt
import structlog

from api.desk.refusals import IssuerUnavailable, SignInFailed
from api.tokens.keys import JwksKeys
from api.web.on_the_way import OnTheWay
from domain.facts.refused_signing_in import IssuerAway, NotSignedIn

_log = structlog.get_logger()
_PATIENCE_S = 5.0
_METADATA = "/.well-known/openid-configuration"
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri", "issuer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What the issuer knows of us. `back`: our address that it sends people back to; `left`: who signed out there."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    scope: str
    back: str
    left: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """`claims`: of an id token that was checked; `id_token`: itself, by which the issuer knows the sign-in."""

    claims: dict[str, Any]
    id_token: str = field(repr=False)


class Identity:
    def __init__(self, client: Client) -> None:
        self._client = client
        self._asking: asyncio.Task[tuple[dict[str, Any], JwksKeys]] | None = None

    async def address(self, way: OnTheWay, hint: str | None = None) -> str:
        """Where to send who wants to be signed in (OpenID Connect Core §3.1.2.1, RFC 7636 §4.3); `way.again`: whomever
        the issuer knows already, it asks them who they are, and says when it did.

        `hint`: who they say they are, for the issuer to ask about. Raises IssuerUnavailable.
        """
        metadata, _ = await self._known()
        challenge = hashlib.sha256(way.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._client.back,
            "scope": self._client.scope,
            "state": way.state,
            "nonce": way.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        asked |= {} if hint is None else {"login_hint": hint}
        asked |= {"prompt": "login", "max_age": "0"} if way.again else {}
        return _with(metadata["authorization_endpoint"], asked)

    async def leaving(self, id_token: str, state: str) -> str | None:
        """Where to send who signs out, so that it is over at the issuer, too (OpenID Connect RP-Initiated Logout §2).

        None: it offers that nowhere, or cannot be asked: they are signed out here all the same.
        """
        try:
            metadata, _ = await self._known()
        except IssuerUnavailable:
            return None
        endpoint = metadata.get("end_session_endpoint")
        if not isinstance(endpoint, str) or urlsplit(endpoint).scheme not in ("https", "http"):
            return None
        asked = {
            "id_token_hint": id_token,
            "client_id": self._client.client_id,
            "post_logout_redirect_uri": self._client.left,
            "state": state,
        }
        return _with(endpoint, asked)

    async def vouched(self, way: OnTheWay, code: str) -> Vouched:
        """Of who came back with `code` (§3.1.3). Raises IssuerUnavailable, SignInFailed."""
        metadata, keys = await self._known()
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.back,
            "code_verifier": way.verifier,
            "client_id": self._client.client_id,
        }
        secret = self._client.client_secret
        known = httpx.BasicAuth(self._client.client_id, secret) if secret else httpx.USE_CLIENT_DEFAULT
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE_S, verify=self._trust) as call:
                answer = await call.post(
                    metadata["token_endpoint"],
                    data=asked,
                    auth=known,
                )
            said = answer.json()
        except httpx.HTTPError as error:
            raise _unavailable(error) from error
        except ValueError as error:
            raise _failed(error) from error
        if answer.status_code >= 500:
            raise _unavailable(ValueError(f"answered {answer.status_code}"))
        token = said.get("id_token") if isinstance(said, dict) and answer.status_code == 200 else None
        if not isinstance(token, str):
            raise _failed(ValueError("no id token"))
        return Vouched(claims=await self._checked(token, keys, way.nonce), id_token=token)

    async def _checked(self, token: str, keys: JwksKeys, nonce: str) -> dict[str, Any]:
        """OpenID Connect Core §3.1.3.7."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            found = await keys.key_for(kid if isinstance(kid, str) else None)
            if found is None:
                raise jwt.InvalidTokenError("signed with an unknown key")
            claims: dict[str, Any] = jwt.decode(
                token,
                found[0],
                algorithms=[found[1]],
                issuer=self._client.issuer,
                audience=self._client.client_id,
                leeway=10,
                options={"require": ["exp", "iss", "aud", "sub", "nonce"]},
            )
            if claims["nonce"] != nonce:
                raise jwt.InvalidTokenError("another sign-in's")
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise _failed(error) from error
        return claims

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Read once: it takes 20 ms in which nobody else is answered."""
        return httpx.create_ssl_context()

    async def _known(self) -> tuple[dict[str, Any], JwksKeys]:
        """OpenID Connect Discovery; asked once, for all who wait for it. An answer that failed is asked for again."""
        if self._asking is None or (self._asking.done() and not _answered(self._asking)):
            self._asking = asyncio.create_task(self._discovered())
        return await asyncio.shield(self._asking)

    async def _discovered(self) -> tuple[dict[str, Any], JwksKeys]:
        metadata = await self._asked()
        return metadata, JwksKeys(metadata["jwks_uri"])

    async def _asked(self) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE_S, verify=self._trust) as call:
                answer = await call.get(self._client.issuer.rstrip("/") + _METADATA)
                answer.raise_for_status()
                metadata = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise _unavailable(error) from error
        if not isinstance(metadata, dict) or not all(isinstance(metadata.get(one), str) for one in _NEEDED):
            raise _unavailable(ValueError("its metadata is not whole"))
        if metadata["issuer"] != self._client.issuer:
            raise _unavailable(ValueError("it calls itself otherwise"))
        return metadata


def proven_at(claims: dict[str, Any]) -> datetime | None:
    """When the issuer asked them who they are (`auth_time`, §2); None: it does not say."""
    said = claims.get("auth_time")
    if not isinstance(said, int):
        return None
    try:
        return datetime.fromtimestamp(said, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _with(endpoint: str, asked: Mapping[str, str]) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


def _answered(asked: asyncio.Task[Any]) -> bool:
    return not asked.cancelled() and asked.exception() is None


def _unavailable(error: Exception) -> IssuerUnavailable:
    _log.warning("issuer_unavailable", error=type(error).__name__)
    return IssuerUnavailable(IssuerAway())


def _failed(error: Exception) -> SignInFailed:
    _log.info("sign_in_failed", error=type(error).__name__)
    return SignInFailed(NotSignedIn())
