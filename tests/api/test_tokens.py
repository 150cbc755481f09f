"""Bearer tokens: who gets in, with which scope, and how keys are found."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from api.auth import TokenVerifier
from api.errors import ApiProblem
from api.local_issuer import LocalIssuer
from api.token_keys import JwksKeys, LocalKey
from tests.api.stage import Stage, assert_problem, bearer

CLAIMS = {
    "iss": "slotkeeper",
    "aud": "slotkeeper-api",
    "sub": "driver-1",
    "scope": "driver",
    "exp": 4102444800,
}
EVERY_ROUTE = [
    ("GET", "/v1/sites"),
    ("GET", "/v1/sites/north"),
    ("GET", "/v1/sites/north/availability"),
    ("GET", "/v1/reservations"),
    ("POST", "/v1/reservations"),
    ("GET", "/v1/reservations/7F3K-2QVM-X9TA"),
    *[
        ("POST", f"/v1/reservations/7F3K-2QVM-X9TA/{action}")
        for action in ("cancel", "reschedule", "extend", "on-my-way", "check-in", "start", "stop")
    ],
    ("GET", "/v1/operations/reservations"),
    *[
        ("GET", f"/v1/operations/reservations/7F3K-2QVM-X9TA{part}")
        for part in ("", "/timeline", "/audit", "/notifications")
    ],
    *[
        ("POST", f"/v1/operations/reservations/7F3K-2QVM-X9TA/{action}")
        for action in ("cancel", "force-release", "resolve", "reassign", "waive")
    ],
    ("GET", "/v1/operations/chargers"),
    ("GET", "/v1/operations/chargers/NORTH-1"),
    *[
        ("POST", f"/v1/operations/chargers/NORTH-1/{action}")
        for action in (
            "reset",
            "unlock",
            "change-availability",
            "trigger",
            "get-configuration",
            "set-configuration",
            "get-logs",
            "clear-cache",
            "get-local-list-version",
            "rotate-password",
        )
    ],
    ("PUT", "/v1/operations/chargers/NORTH-1/security-profile"),
    ("GET", "/v1/operations/refused-connections"),
    ("DELETE", "/v1/operations/refused-connections/STRANGER-1"),
]


async def test_the_list_above_is_every_route_under_v1(stage: Stage) -> None:
    paths = stage.app.openapi()["paths"]
    served = {
        (method.upper(), path)
        for path, operations in paths.items()
        for method in operations
        if path.startswith("/v1/") and not path.startswith("/v1/webhooks")
    }
    listed = {
        (
            method,
            path.replace("7F3K-2QVM-X9TA", "{code}")
            .replace("/north", "/{site_id}")
            .replace("NORTH-1", "{charger_id}")
            .replace("STRANGER-1", "{identity}"),
        )
        for method, path in EVERY_ROUTE
    }
    assert listed == served


@pytest.mark.parametrize(("method", "path"), EVERY_ROUTE)
async def test_every_route_needs_a_token_even_before_it_reads_the_body(
    stage: Stage, method: str, path: str
) -> None:
    response = await stage.http.request(method, path, content=b"{not json")
    assert_problem(response, 401, "token_missing")
    assert response.headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(("method", "path"), [r for r in EVERY_ROUTE if "/operations/" in r[1]])
async def test_operations_need_the_operator_scope(stage: Stage, method: str, path: str) -> None:
    before = await stage.row_counts()
    for who in (stage.driver(), stage.fleet()):
        response = await stage.http.request(method, path, headers=who)
        assert_problem(response, 403, "scope_missing")
        assert 'scope="operator"' in response.headers["www-authenticate"]
    assert await stage.row_counts() == before


@pytest.mark.parametrize(
    ("method", "path"), [r for r in EVERY_ROUTE if r[0] == "POST" and "/operations/" not in r[1]]
)
async def test_an_operator_does_not_act_as_a_driver(stage: Stage, method: str, path: str) -> None:
    response = await stage.http.request(method, path, headers=stage.operators())
    assert_problem(response, 403, "scope_missing")


def altered(stage: Stage, **claims: Any) -> str:
    return jwt.encode({**CLAIMS, **claims}, stage.issuer._key, algorithm="EdDSA")


def public_pem(stage: Stage) -> bytes:
    return stage.issuer.public_key_file.read_bytes()


def hmac_with_the_public_key(stage: Stage) -> str:
    """The classic confusion: our public key as a shared secret. Made by hand, PyJWT refuses to."""
    import hashlib
    import hmac

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    signed = part(b'{"alg":"HS256","typ":"JWT"}') + "." + part(json.dumps(CLAIMS).encode())
    return signed + "." + part(hmac.new(public_pem(stage), signed.encode(), hashlib.sha256).digest())


@pytest.mark.parametrize(
    ("claims", "status", "code"),
    [
        ({"exp": 1}, 401, "token_expired"),
        ({"iss": "somebody"}, 401, "token_invalid"),
        ({"aud": "another-api"}, 401, "token_invalid"),
        ({"nbf": 4102444000}, 401, "token_invalid"),
        ({"sub": ""}, 401, "token_invalid"),
        ({"sub": "nul\x00"}, 401, "token_invalid"),
        ({"sub": "x" * 256}, 401, "token_invalid"),
        ({"scope": ["driver"]}, 401, "token_invalid"),
        ({"scope": "fleet"}, 401, "token_invalid"),
        ({"scope": "fleet", "fleet_id": 7}, 401, "token_invalid"),
        ({"scope": ""}, 403, "scope_missing"),
        ({"scope": "admin root"}, 403, "scope_missing"),
        ({"exp": "soon"}, 401, "token_invalid"),
        ({"exp": {"in": 5}}, 401, "token_invalid"),
    ],
)
async def test_a_token_with_wrong_claims_is_refused(
    stage: Stage, claims: dict[str, Any], status: int, code: str
) -> None:
    response = await stage.http.get("/v1/sites", headers=bearer(altered(stage, **claims)))
    problem = assert_problem(response, status, code)
    assert "eyJ" not in problem["detail"]


@pytest.mark.parametrize("claim", ["exp", "iss", "aud", "sub"])
async def test_a_token_lacking_a_claim_is_refused(stage: Stage, claim: str) -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != claim}
    token = jwt.encode(claims, stage.issuer._key, algorithm="EdDSA")
    assert_problem(await stage.http.get("/v1/sites", headers=bearer(token)), 401, "token_invalid")


async def test_a_token_signed_otherwise_is_refused(stage: Stage) -> None:
    good = stage.issuer.driver("driver-1")
    head, body, signature = good.split(".")
    tokens = {
        "another key": jwt.encode(CLAIMS, Ed25519PrivateKey.generate(), algorithm="EdDSA"),
        "no signature": jwt.encode(CLAIMS, "", algorithm="none"),
        "our public key as a secret": hmac_with_the_public_key(stage),
        "cut": good[:-10],
        "another body": ".".join((head, body[:-4] + "AAAA", signature)),
        "garbage": "garbage",
        "dots": "...",
        "too long": "x" * 10_000,
    }
    for what, token in tokens.items():
        response = await stage.http.get("/v1/sites", headers=bearer(token))
        assert response.status_code == 401, what
        assert_problem(response, 401, "token_invalid")


@pytest.mark.parametrize("header", ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "token", "Bearer \xff"])
async def test_another_kind_of_authorization_is_refused(stage: Stage, header: str) -> None:
    headers = {b"Authorization": header.encode("latin-1")}
    assert_problem(await stage.http.get("/v1/sites", headers=headers), 401, "token_invalid")


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
async def test_a_local_issuers_tokens_are_good_and_its_keys_are_kept(tmp_path: Path, kind: Any) -> None:
    issuer = LocalIssuer.in_folder(tmp_path, kind)
    again = LocalIssuer.in_folder(tmp_path, kind)
    verifier = TokenVerifier(LocalKey(issuer.public_key_file), issuer="slotkeeper", audience="slotkeeper-api")
    principal = await verifier.principal(f"Bearer {again.fleet('fleet-1', subject='dora')}")
    assert (principal.subject, principal.fleet_id, principal.scopes) == (
        "dora",
        "fleet-1",
        frozenset({"fleet"}),
    )
    assert (tmp_path / "jwt-private.pem").stat().st_mode & 0o077 == 0
    with pytest.raises(ApiProblem) as refused:
        await verifier.principal(f"Bearer {issuer.mint('x', scope='driver', lifetime=timedelta(minutes=-1))}")
    assert refused.value.code == "token_expired"


class KeyServer:
    """A JWKS address whose keys can be exchanged; counts how often it is asked."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.asked = 0
        self.broken = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += 1
                self.send_response(503 if outer.broken else 200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps({"keys": outer.keys}).encode())

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks.json"

    def publish(self, kid: str, key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> None:
        public: Any = key.public_key()
        algorithm = OKPAlgorithm if isinstance(key, Ed25519PrivateKey) else ECAlgorithm
        self.keys.append({**json.loads(algorithm.to_jwk(public)), "kid": kid, "use": "sig"})


@pytest.fixture
async def key_server() -> AsyncIterator[KeyServer]:
    server = KeyServer()
    thread = Thread(target=server.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    await asyncio.to_thread(server.server.shutdown)
    thread.join()
    server.server.server_close()


def signed(kid: str | None, key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> str:
    algorithm = "EdDSA" if isinstance(key, Ed25519PrivateKey) else "ES256"
    headers = {} if kid is None else {"kid": kid}
    return "Bearer " + jwt.encode(CLAIMS, key, algorithm=algorithm, headers=headers)


async def test_keys_from_a_jwks_address_may_rotate(key_server: KeyServer) -> None:
    old, new = Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    now = [1000.0]
    keys = JwksKeys(key_server.url, pause_s=10, monotonic=lambda: now[0])
    verifier = TokenVerifier(keys, issuer="slotkeeper", audience="slotkeeper-api")
    key_server.publish("old", old)
    await asyncio.gather(*(verifier.principal(signed("old", old)) for _ in range(20)))
    await verifier.principal(signed(None, old))
    assert key_server.asked == 1
    key_server.keys.clear()
    key_server.publish("new", new)
    now[0] += 11
    assert (await verifier.principal(signed("new", new))).subject == "driver-1"
    assert key_server.asked == 2
    with pytest.raises(ApiProblem, match="unknown key"):
        await verifier.principal(signed("old", old))


async def test_invented_key_ids_do_not_hammer_the_provider(key_server: KeyServer) -> None:
    key = Ed25519PrivateKey.generate()
    key_server.publish("k", key)
    verifier = TokenVerifier(
        JwksKeys(key_server.url, monotonic=lambda: 1000.0), issuer="slotkeeper", audience="slotkeeper-api"
    )
    for n in range(30):
        with pytest.raises(ApiProblem, match="unknown key"):
            await verifier.principal(signed(f"invented-{n}", key))
    assert key_server.asked == 1


async def test_known_keys_stay_good_while_the_provider_is_down(key_server: KeyServer) -> None:
    key = Ed25519PrivateKey.generate()
    now = [1000.0]
    key_server.publish("k", key)
    keys = JwksKeys(key_server.url, monotonic=lambda: now[0])
    verifier = TokenVerifier(keys, issuer="slotkeeper", audience="slotkeeper-api")
    await verifier.principal(signed("k", key))
    key_server.broken = True
    now[0] += 100_000
    assert (await verifier.principal(signed("k", key))).subject == "driver-1"


async def test_without_any_key_the_api_says_that_it_cannot_check(key_server: KeyServer) -> None:
    key_server.broken = True
    keys = JwksKeys(key_server.url)
    verifier = TokenVerifier(keys, issuer="slotkeeper", audience="slotkeeper-api")
    with pytest.raises(ApiProblem) as refused:
        await verifier.principal(signed("k", Ed25519PrivateKey.generate()))
    assert refused.value.code == "keys_unavailable"


def test_a_key_of_another_kind_is_refused_at_start(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    curve = ec.generate_private_key(ec.SECP384R1()).public_key()
    file.write_bytes(
        curve.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(ValueError, match="no RSA, P-256 or Ed25519"):
        LocalKey(file)
