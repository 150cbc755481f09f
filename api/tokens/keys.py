"""Where the keys that check bearer tokens come from: a local PEM file or a JWKS address."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from api.errors import ApiProblem

_log = structlog.get_logger()

Key = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey | jwt.PyJWK


class TokenKeys(Protocol):
    async def key_for(self, kid: str | None) -> tuple[Key, str] | None:
        """The key and the one algorithm it may be used with; None when no key has this id."""
        ...

    async def available(self) -> bool:
        """Is there any key that a token could be checked with?"""
        ...


class LocalKey:
    """One public key from a PEM file; `kid` is ignored. The file is read once, here."""

    def __init__(self, public_key_file: Path) -> None:
        key = load_pem_public_key(public_key_file.read_bytes())
        if isinstance(key, RSAPublicKey):
            self._pair: tuple[Key, str] = (key, "RS256")
        elif isinstance(key, EllipticCurvePublicKey) and key.curve.name == "secp256r1":
            self._pair = (key, "ES256")
        elif isinstance(key, Ed25519PublicKey):
            self._pair = (key, "EdDSA")
        else:
            raise ValueError(f"{public_key_file} holds no RSA, P-256 or Ed25519 public key")

    async def key_for(self, kid: str | None) -> tuple[Key, str] | None:
        return self._pair

    async def available(self) -> bool:
        return True


class JwksKeys:
    """Keys of an identity provider, cached. An unknown id triggers a new fetch, so rotation just works.

    Fetches are at least `pause_s` apart, so that tokens with invented ids cannot hammer the provider; keys
    once fetched stay in use while the provider is down.
    """

    def __init__(
        self,
        url: str,
        *,
        fresh_for_s: float = 300.0,
        pause_s: float = 10.0,
        timeout_s: float = 3.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=timeout_s)
        self._fresh_for_s = fresh_for_s
        self._pause_s = pause_s
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._keys: dict[str | None, tuple[Key, str]] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None

    async def key_for(self, kid: str | None) -> tuple[Key, str] | None:
        """Raises ApiProblem(keys_unavailable) when no key could ever be fetched."""
        if not self._is_fresh() or self._choose(kid) is None:
            async with self._lock:
                if not self._is_fresh() or self._choose(kid) is None:
                    await self._fetch()
        if self._fetched_at is None:
            raise ApiProblem(
                "keys_unavailable", "the token issuer's keys cannot be fetched; try again shortly"
            )
        return self._choose(kid)

    async def available(self) -> bool:
        async with self._lock:
            if not self._keys:
                await self._fetch()
            return bool(self._keys)

    def _choose(self, kid: str | None) -> tuple[Key, str] | None:
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid)

    def _is_fresh(self) -> bool:
        return self._fetched_at is not None and self._monotonic() - self._fetched_at < self._fresh_for_s

    async def _fetch(self) -> None:
        now = self._monotonic()
        if self._tried_at is not None and now - self._tried_at < self._pause_s:
            return
        self._tried_at = now
        try:
            found = await asyncio.to_thread(self._client.get_jwk_set)
        except jwt.PyJWTError as error:
            _log.warning("jwks_fetch_failed", error=type(error).__name__)
            return
        self._keys = {key.key_id: (key, algorithm) for key in found.keys if (algorithm := _algorithm(key))}
        self._fetched_at = now


def _algorithm(key: jwt.PyJWK) -> str | None:
    """The algorithm a published key is accepted with; None for symmetric and encryption keys."""
    if key.public_key_use not in (None, "sig"):
        return None
    material: Any = key.key
    if isinstance(material, RSAPublicKey):
        return "RS256"
    if isinstance(material, EllipticCurvePublicKey) and material.curve.name == "secp256r1":
        return "ES256"
    return "EdDSA" if isinstance(material, Ed25519PublicKey) else None
