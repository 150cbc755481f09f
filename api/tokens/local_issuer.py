"""A token issuer for people without an identity provider: the demo, `make up` and the tests.

Keys live in a folder of your choice; the API is given the public half only. Never for production.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Self

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

KeyKind = Literal["ed25519", "rsa"]


class LocalIssuer:
    """Mints bearer tokens with a key pair of its own."""

    def __init__(
        self,
        private_key: Ed25519PrivateKey | RSAPrivateKey,
        public_key_file: Path,
        *,
        issuer: str = "slotkeeper",
        audience: str = "slotkeeper-api",
    ) -> None:
        self._key = private_key
        self._issuer = issuer
        self._audience = audience
        self.public_key_file = public_key_file
        """PEM, for SLOTKEEPER_JWT_PUBLIC_KEY_FILE."""

    @classmethod
    def in_folder(
        cls,
        folder: Path,
        kind: KeyKind = "ed25519",
        *,
        issuer: str = "slotkeeper",
        audience: str = "slotkeeper-api",
    ) -> Self:
        """Use the key pair kept in `folder`, or generate it there (private half readable by the owner only)."""
        folder.mkdir(parents=True, exist_ok=True)
        private_file, public_file = folder / "jwt-private.pem", folder / "jwt-public.pem"
        if private_file.exists():
            key = serialization.load_pem_private_key(private_file.read_bytes(), password=None)
            if not isinstance(key, Ed25519PrivateKey | RSAPrivateKey):
                raise ValueError(f"{private_file} holds neither an Ed25519 nor an RSA key; remove it")
        else:
            key = _generate(kind)
            private_file.touch(mode=0o600)
            private_file.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
        public_file.write_bytes(
            key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        return cls(key, public_file, issuer=issuer, audience=audience)

    def driver(
        self, driver_id: str, *, email: str | None = None, lifetime: timedelta = timedelta(hours=12)
    ) -> str:
        """`email`: verified."""
        claims = {} if email is None else {"email": email, "email_verified": True}
        return self.mint(driver_id, scope="driver", lifetime=lifetime, more=claims)

    def operator(
        self, name: str = "operator", *, role: str | None = None, lifetime: timedelta = timedelta(hours=12)
    ) -> str:
        return self.mint(name, scope="operator", role=role, lifetime=lifetime)

    def fleet(
        self, fleet_id: str, *, subject: str = "dispatcher", lifetime: timedelta = timedelta(hours=12)
    ) -> str:
        return self.mint(subject, scope="fleet", fleet_id=fleet_id, lifetime=lifetime)

    def mint(
        self,
        subject: str,
        *,
        scope: str,
        fleet_id: str | None = None,
        role: str | None = None,
        lifetime: timedelta = timedelta(hours=12),
        issued_at: datetime | None = None,
        more: Mapping[str, object] | None = None,
    ) -> str:
        """A signed JWT; `scope` is space-separated. A negative `lifetime` makes an expired one. `more`: claims."""
        issued = issued_at or datetime.now(UTC)
        claims: dict[str, object] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": subject,
            "scope": scope,
            "iat": issued,
            "exp": issued + lifetime,
            **(more or {}),
        }
        if fleet_id is not None:
            claims["fleet_id"] = fleet_id
        if role is not None:
            claims["role"] = role
        algorithm = "EdDSA" if isinstance(self._key, Ed25519PrivateKey) else "RS256"
        return jwt.encode(claims, self._key, algorithm=algorithm)


def _generate(kind: KeyKind) -> Ed25519PrivateKey | RSAPrivateKey:
    if kind == "ed25519":
        return Ed25519PrivateKey.generate()
    return generate_private_key(public_exponent=65537, key_size=2048)
