"""The stand-in's addresses: what it is, who may be signed in, and what it says of whoever was."""

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simulator.identity.people import Person
from simulator.words import language_of, words_of
from texts.languages import Language

_KEY_ID = "stand-in"
_CODE_LASTS_S = 60
_TOKEN_LASTS_S = 300
_LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grant:
    person: Person
    client_id: str
    back: str
    nonce: str
    challenge: str
    ends_at: float


class StandIn:
    """`issuer`: its own address. Only browsers of this machine are sent back anywhere. `ends_sessions`: it offers that
    (OpenID Connect RP-Initiated Logout).
    """

    def __init__(self, issuer: str, people: tuple[Person, ...], *, ends_sessions: bool) -> None:
        self._ends_sessions = ends_sessions
        self._issuer = issuer
        self._people = {person.subject: person for person in people}
        self._key: RSAPrivateKey = generate_private_key(public_exponent=65537, key_size=2048)
        self._grants: dict[str, _Grant] = {}

    async def metadata(self, _request: Request) -> Response:
        at = self._issuer
        return JSONResponse(
            {
                "issuer": at,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/jwks",
                **({"end_session_endpoint": f"{at}/logout"} if self._ends_sessions else {}),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def keys(self, _request: Request) -> Response:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return JSONResponse({"keys": [{**public, "kid": _KEY_ID, "use": "sig", "alg": "RS256"}]})

    async def authorize(self, request: Request) -> Response:
        """One press each; with `login_hint` whoever is meant at once."""
        asked = dict(request.query_params)
        if urlsplit(asked.get("redirect_uri", "")).hostname not in _LOCAL:
            return _wrong("redirect_uri: of this machine only")
        if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            return _wrong("response_type code with a code_challenge (S256)")
        who = self._people.get(asked.get("login_hint", ""))
        return (
            HTMLResponse(self._page(asked, language_of(request)))
            if who is None
            else self._sent_back(who, asked)
        )

    def _page(self, asked: dict[str, str], language: Language) -> str:
        links = "".join(
            f'<li><a href="/authorize?{escape(urlencode({**asked, "login_hint": person.subject}))}">'
            f"{escape(person.label)}</a></li>"
            for person in self._people.values()
        )
        say = words_of(language)
        return _PAGE.format(
            language=language.value,
            who=escape(say("Who are you?")),
            what=escape(say("A stand-in for the sign-in of a real issuer, on this machine only.")),
            links=links,
        )

    def _sent_back(self, person: Person, asked: dict[str, str]) -> Response:
        now = time.time()
        self._grants = {code: grant for code, grant in self._grants.items() if grant.ends_at > now}
        code = secrets.token_urlsafe(24)
        self._grants[code] = _Grant(
            person=person,
            client_id=asked.get("client_id", ""),
            back=asked["redirect_uri"],
            nonce=asked.get("nonce", ""),
            challenge=asked.get("code_challenge", ""),
            ends_at=now + _CODE_LASTS_S,
        )
        answer = urlencode({"code": code, "state": asked.get("state", "")})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", status_code=303)

    async def token(self, request: Request) -> Response:
        """A code is good once, for whom it was given and who knows the verifier."""
        form = await request.form()
        grant = self._grants.pop(str(form.get("code", "")), None)
        if grant is None or grant.ends_at <= time.time():
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        digest = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        same = form.get("client_id") == grant.client_id and form.get("redirect_uri") == grant.back
        if not (same and hmac.compare_digest(proof, grant.challenge)):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(24),
                "token_type": "Bearer",
                "expires_in": _TOKEN_LASTS_S,
                "id_token": self._said_of(grant),
            }
        )

    async def log_out(self, request: Request) -> Response:
        """Whom it knows by its own id token, however old; there is nothing here that would have to end."""
        asked = dict(request.query_params)
        back = asked.get("post_logout_redirect_uri", "")
        if urlsplit(back).hostname not in _LOCAL:
            return _wrong("post_logout_redirect_uri: of this machine only")
        try:
            jwt.decode(
                asked.get("id_token_hint", ""),
                self._key.public_key(),
                algorithms=["RS256"],
                issuer=self._issuer,
                audience=asked.get("client_id", ""),
                options={"verify_exp": False},
            )
        except jwt.PyJWTError:
            return _wrong("id_token_hint: one of this issuer's, for that client_id")
        return RedirectResponse(f"{back}?{urlencode({'state': asked.get('state', '')})}", status_code=303)

    def _said_of(self, grant: _Grant) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": grant.client_id,
            "sub": grant.person.subject,
            "iat": now,
            "exp": now + _TOKEN_LASTS_S,
            "nonce": grant.nonce,
            "auth_time": now,
            **grant.person.claims,
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": _KEY_ID})


def create_app(issuer: str, people: tuple[Person, ...], *, ends_sessions: bool = True) -> Starlette:
    stand_in = StandIn(issuer, people, ends_sessions=ends_sessions)
    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", stand_in.metadata),
            Route("/jwks", stand_in.keys),
            Route("/authorize", stand_in.authorize),
            Route("/logout", stand_in.log_out),
            Route("/token", stand_in.token, methods=["POST"]),
        ]
    )


def _wrong(what: str) -> Response:
    return HTMLResponse(f"<p>Wrong request. Needed: {escape(what)}</p>", status_code=400)


_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{who}</title>
<link rel="icon" href="data:,">
<style>html {{ background: Canvas }}
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 2rem auto; padding: 0 1rem }}
li {{ list-style: none; margin: .75rem 0 }} ul {{ padding: 0 }}
a {{ display: block; padding: .9rem 1rem; border: 1px solid; border-radius: .5rem; text-decoration: none }}</style>
</head>
<body><main><h1>{who}</h1><p>{what}</p>
<ul>{links}</ul></main></body></html>
"""
