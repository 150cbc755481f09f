"""Where the keys of bearer tokens come from: a JWKS address whose keys rotate or vanish, or a file."""

import asyncio
import json
from collections.abc import AsyncIterator
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

from api.errors import ApiProblem
from api.tokens.bearer import TokenVerifier
from api.tokens.keys import JwksKeys, LocalKey

CLAIMS = {
    "iss": "slotkeeper",
    "aud": "slotkeeper-api",
    "sub": "driver-1",
    "scope": "driver",
    "exp": 4102444800,
}


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
