"""Bearer tokens: who gets in, with which scope, and how keys are found."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.errors import ApiProblem
from api.tokens.bearer import TokenVerifier
from api.tokens.keys import LocalKey
from api.tokens.local_issuer import LocalIssuer
from tests.api.stage import Stage, assert_problem, bearer

CLAIMS = {
    "iss": "slotkeeper",
    "aud": "slotkeeper-api",
    "sub": "driver-1",
    "scope": "driver",
    "exp": 4102444800,
}


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
        ({"scope": "driver fleet"}, 401, "token_invalid"),
        ({"scope": "operator fleet"}, 401, "token_invalid"),
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


@pytest.mark.parametrize(
    ("claim", "role"),
    [("finance", "finance"), ("root", "support"), (["finance"], "support"), (None, "support")],
)
async def test_a_role_that_is_none_of_ours_gives_no_authority(stage: Stage, claim: Any, role: str) -> None:
    verifier = TokenVerifier(
        LocalKey(stage.issuer.public_key_file), issuer="slotkeeper", audience="slotkeeper-api"
    )
    token = altered(stage, scope="operator", role=claim)
    assert (await verifier.principal(f"Bearer {token}")).role == role


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
