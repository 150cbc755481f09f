"""Browsers with keys of their own: nobody else opens what is sealed for one."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.telling.channels import Channel
from domain.telling.contact import Wanted
from tests.telling.receiver import Came


@dataclass(frozen=True)
class Browser:
    endpoint: str
    private: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    secret: bytes = b"sixteen bytes..."

    def wanted(self) -> Wanted:
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Wanted(
            channel=Channel.PUSH,
            address=self.endpoint,
            push_key=urlsafe_b64encode(point).decode().rstrip("="),
            push_secret=urlsafe_b64encode(self.secret).decode().rstrip("="),
        )

    def opens(self, came: Came) -> dict[str, Any]:
        assert came.headers["content-encoding"] == "aes128gcm"
        opened = http_ece.decrypt(
            came.body, private_key=self.private, auth_secret=self.secret, version="aes128gcm"
        )
        shown: dict[str, Any] = json.loads(opened)
        return shown
