"""A charger's own certificate: its key, what it asks to have signed, and what it takes."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID


class OwnCertificate:
    """`chain`: as it was sent, PEM; empty until then."""

    def __init__(self) -> None:
        self.chain = ""
        self._key: ec.EllipticCurvePrivateKey | None = None

    def request(self, common_name: str) -> str:
        """A new key's request, PEM."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        signed = x509.CertificateSigningRequestBuilder().subject_name(name).sign(self._key, hashes.SHA256())
        return signed.public_bytes(Encoding.PEM).decode()

    def take(self, chain: str) -> bool:
        """Only what is of the key that it asked with."""
        certificate = x509.load_pem_x509_certificates(chain.encode())[0]
        if self._key is None or certificate.public_key() != self._key.public_key():
            return False
        self.chain = chain
        return True
