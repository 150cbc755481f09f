"""An authenticator in software: it makes passkeys and answers with them as a page of some origin would have it do."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url, encode_cbor

_PRESENT, _VERIFIED, _NEW = 0x01, 0x04, 0x40


@dataclass(kw_only=True)
class Authenticator:
    """With one passkey. `origin`, `domain`: where it believes to be. `counter` None: it does not count."""

    origin: str
    domain: str
    counter: int | None = 0
    handle: str | None = None
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def made(self, options: dict[str, Any]) -> str:
        """What `navigator.credentials.create()` gives, as a page writes it."""
        self.handle = options["user"]["id"]
        new = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + self._public_key()
        said = {"fmt": "none", "attStmt": {}, "authData": self._data(_NEW) + new}
        client = self._client("webauthn.create", options)
        return self._written(
            client, {"attestationObject": bytes_to_base64url(encode_cbor(said)), "transports": ["usb"]}
        )

    def answered(self, options: dict[str, Any], **over: Any) -> str:
        """What `navigator.credentials.get()` gives. `over`: members of what the browser says about itself."""
        if self.counter is not None:
            self.counter += 1
        client, data = self._client("webauthn.get", options, **over), self._data()
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        said = {"authenticatorData": data, "signature": signed}
        response = {name: bytes_to_base64url(value) for name, value in said.items()}
        return self._written(client, response | {"userHandle": self.handle})

    def _client(self, kind: str, options: dict[str, Any], **over: Any) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | over).encode()

    def _data(self, flags: int = 0) -> bytes:
        counter = (self.counter or 0).to_bytes(4)
        return hashlib.sha256(self.domain.encode()).digest() + bytes([flags | _PRESENT | _VERIFIED]) + counter

    def _public_key(self) -> bytes:
        """RFC 9053 §2.1, §7.1: ES256 on P-256."""
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32), numbers.y.to_bytes(32)
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _written(self, client: bytes, response: dict[str, Any]) -> str:
        number = bytes_to_base64url(self.credential_id)
        said = {"clientDataJSON": bytes_to_base64url(client)} | response
        return json.dumps({"id": number, "rawId": number, "type": "public-key", "response": said})
