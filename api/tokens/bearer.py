"""Who is calling: bearer JWTs to a `Principal`, checked before a request's body is looked at."""

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.errors import ApiProblem
from api.tokens.keys import TokenKeys

SCOPES = ("driver", "operator", "fleet")
_LONGEST_TOKEN = 8192
_SANE = re.compile(r"[^\x00-\x1f\x7f]{1,255}")
_REALM = 'Bearer realm="slotkeeper"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A checked token. `subject` is the driver's id for drivers, a person's name for operators."""

    subject: str
    scopes: frozenset[str]
    fleet_id: str | None = None

    @property
    def is_operator(self) -> bool:
        return "operator" in self.scopes

    def require(self, *any_of: str) -> None:
        """Raise 403 scope_missing unless the token carries one of these scopes."""
        if self.scopes.isdisjoint(any_of):
            wanted = " ".join(any_of)
            raise ApiProblem(
                "scope_missing",
                f"this needs a token with scope {' or '.join(any_of)}",
                headers={"WWW-Authenticate": f'{_REALM}, error="insufficient_scope", scope="{wanted}"'},
            )

    def owns(self, *, driver_id: str, fleet_id: str | None) -> bool:
        """A driver's own, or one of the fleet's drivers'. Operators see all, which is not owning."""
        as_driver = "driver" in self.scopes and driver_id == self.subject
        as_fleet = "fleet" in self.scopes and self.fleet_id is not None and fleet_id == self.fleet_id
        return as_driver or as_fleet


class TokenVerifier:
    """Checks signature, issuer, audience and expiry; the algorithm is the key's, never the token's choice."""

    def __init__(
        self, keys: TokenKeys, *, issuer: str, audience: str, leeway: timedelta = timedelta(seconds=10)
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._leeway = leeway

    async def principal(self, authorization: str | None) -> Principal:
        """Raises ApiProblem token_missing, token_invalid or token_expired (401, with WWW-Authenticate)."""
        if not authorization:
            raise ApiProblem(
                "token_missing", "send Authorization: Bearer <token>", headers={"WWW-Authenticate": _REALM}
            )
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
            raise _refused("token_invalid", "send Authorization: Bearer <token>")
        return _principal(await self._claims(token))

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            found = await self._keys.key_for(kid if isinstance(kid, str) else None)
            if found is None:
                raise _refused("token_invalid", "the token was signed with an unknown key")
            key, algorithm = found
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                issuer=self._issuer,
                audience=self._audience,
                leeway=self._leeway,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise _refused("token_expired", "the token has expired; get a new one") from error
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise _refused("token_invalid", "the token is not a valid one of this issuer") from error
        return claims


def _principal(claims: dict[str, Any]) -> Principal:
    subject, scope, fleet_id = claims["sub"], claims.get("scope", ""), claims.get("fleet_id")
    if not isinstance(subject, str) or not _SANE.fullmatch(subject):
        raise _refused("token_invalid", "the token's sub is not usable")
    if not isinstance(scope, str):
        raise _refused("token_invalid", "the token's scope must be a space-separated string")
    if fleet_id is not None and not (isinstance(fleet_id, str) and _SANE.fullmatch(fleet_id)):
        raise _refused("token_invalid", "the token's fleet_id is not usable")
    scopes = frozenset(scope.split()) & frozenset(SCOPES)
    if not scopes:
        raise ApiProblem(
            "scope_missing",
            "the token carries none of the scopes driver, operator, fleet",
            headers={"WWW-Authenticate": f'{_REALM}, error="insufficient_scope"'},
        )
    if scopes == {"fleet"} and fleet_id is None:
        raise _refused("token_invalid", "a fleet token needs the claim fleet_id")
    return Principal(subject=subject, scopes=scopes, fleet_id=fleet_id)


def _refused(code: str, detail: str) -> ApiProblem:
    return ApiProblem(code, detail, headers={"WWW-Authenticate": f'{_REALM}, error="invalid_token"'})


class AuthenticatedRoute(APIRoute):
    """Checks the token before FastAPI reads the body: a stranger learns nothing about what we accept."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def authenticate_then_handle(request: Request) -> Response:
            verifier: TokenVerifier = request.app.state.services.tokens
            request.state.principal = await verifier.principal(request.headers.get("authorization"))
            return await handle(request)

        return authenticate_then_handle
