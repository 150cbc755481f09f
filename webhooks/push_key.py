"""The key by which push services know whose pushes these are (VAPID, RFC 8292)."""

import binascii
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

_TOKEN_LASTS_S = 12 * 3600
"""RFC 8292 §2: at most a day."""
_KEY_BYTES = 32


class BadPushKey(ValueError):
    """It is no private key of the curve P-256. The message does not show it."""

    code = "push_key_invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushKey:
    """`contact`: of the operator, for who runs a push service: `mailto:` or `https:`."""

    private: EllipticCurvePrivateKey = field(repr=False)
    contact: str

    @property
    def public(self) -> str:
        """What browsers subscribe with: the uncompressed point, base64url."""
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return _base64url(point)

    def authorization(self, endpoint: str) -> str:
        """The header for one push to that address (§3.1); its token is good for that push service alone."""
        url = urlsplit(endpoint)
        claims = {
            "aud": f"{url.scheme}://{url.netloc}",
            "exp": int(time.time()) + _TOKEN_LASTS_S,
            "sub": self.contact,
        }
        token = jwt.encode(claims, self.private, algorithm="ES256")
        return f"vapid t={token}, k={self.public}"


def push_key_of(text: str, contact: str) -> PushKey:
    """`text`: PEM, or the 32 bytes of the number alone as base64url. Raises BadPushKey."""
    try:
        private = _of_pem(text) if "BEGIN" in text else _of_number(text.strip())
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm):
        raise BadPushKey("it is no private key of the curve P-256, as PEM or base64url") from None
    return PushKey(private=private, contact=contact)


def _of_pem(text: str) -> EllipticCurvePrivateKey:
    # Some ways to set a variable keep no line breaks.
    key = load_pem_private_key(text.replace("\\n", "\n").encode(), password=None)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise BadPushKey("another kind of key")
    return key


def _of_number(text: str) -> EllipticCurvePrivateKey:
    number = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(number) != _KEY_BYTES:
        raise BadPushKey("another length")
    return derive_private_key(int.from_bytes(number), SECP256R1())


def _base64url(some: bytes) -> str:
    return urlsafe_b64encode(some).rstrip(b"=").decode()
