"""Bearer JWTs: whose they are, and how a caller is told that one will not do."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from api.desk.principal import SCOPES, Principal
from api.errors import ApiProblem
from api.tokens.keys import TokenKeys
from domain.money.authority import Role
from domain.terms.site_roles import EVERYWHERE, SiteRole

_LONGEST_TOKEN = 8192
_SANE = re.compile(r"[^\x00-\x1f\x7f\ufffe\uffff]{1,255}")


def challenge(error: str = "", scope: str = "") -> dict[str, str]:
    """The header WWW-Authenticate (RFC 6750 §3): which error of the token, and the scope it would need."""
    said = [f'{name}="{value}"' for name, value in (("error", error), ("scope", scope)) if value]
    return {"WWW-Authenticate": ", ".join(['Bearer realm="slotkeeper"', *said])}


def bearer_of(authorization: str | None) -> str:
    """The token of the header, whosever it is. Raises ApiProblem token_missing or token_invalid (401)."""
    if not authorization:
        raise ApiProblem("token_missing", "send Authorization: Bearer <token>", headers=challenge())
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
        raise _refused("token_invalid", "send Authorization: Bearer <token>")
    return token


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
        return principal_of(await self._claims(bearer_of(authorization)))

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


def principal_of(claims: dict[str, Any]) -> Principal:
    """Who is meant by claims that were checked. Raises ApiProblem token_invalid, scope_missing."""
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
            headers=challenge("insufficient_scope"),
        )
    if "fleet" in scopes and fleet_id is None:
        raise _refused("token_invalid", "the scope fleet needs the claim fleet_id")
    return Principal(
        subject=subject,
        scopes=scopes,
        fleet_id=fleet_id,
        role=_role(claims.get("role")),
        until=_until(claims["exp"]),
        email=_email(claims),
        sites=_sites(claims),
    )


def _until(claim: Any) -> datetime | None:
    """None: beyond the calendar."""
    try:
        return datetime.fromtimestamp(int(claim), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _sites(claims: dict[str, Any]) -> dict[str, SiteRole] | None:
    """A role that is none of ours gives nothing, and none that `*` would give; None: the token does not speak of
    sites."""
    if "sites" not in claims:
        return None
    said = claims["sites"]
    if not isinstance(said, dict):
        raise _refused("token_invalid", "the token's sites must be an object: site or * -> role")
    known = {role.value: role for role in SiteRole}
    if EVERYWHERE in said and any(not isinstance(role, str) or role not in known for role in said.values()):
        raise _refused(
            "token_invalid", "the token's sites name a role that there is not, beside * for all others"
        )
    return {site: known[role] for site, role in said.items() if isinstance(role, str) and role in known}


def _email(claims: dict[str, Any]) -> str | None:
    """Only where the issuer has made sure of it (OpenID Connect, `email_verified`: the boolean, no word for it)."""
    email = claims.get("email")
    verified = claims.get("email_verified") is True
    return email if verified and isinstance(email, str) and _SANE.fullmatch(email) else None


def _role(claim: Any) -> Role:
    """Other services may have roles of their own: what is none of ours gives no authority."""
    known = [role for role in Role if role.value == claim]
    return known[0] if known else Role.SUPPORT


def _refused(code: str, detail: str) -> ApiProblem:
    return ApiProblem(code, detail, headers=challenge("invalid_token"))
