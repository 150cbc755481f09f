"""Operators' authorities: programs that sign with openssl-like means, or fail in ways of their own."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.ocpp_gateway.admission.certificates import Authority as Roots

PLAIN = (
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)
MakeProgram = Callable[[str], Path]

SIGNS = """
import sys, os, datetime
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
request = x509.load_pem_x509_csr(sys.stdin.buffer.read())
key = serialization.load_pem_private_key(open({key!r}, "rb").read(), None)
root = x509.load_pem_x509_certificate(open({root!r}, "rb").read())
now = datetime.datetime.now(datetime.UTC)
builder = x509.CertificateBuilder().subject_name(request.subject).issuer_name(root.subject)
builder = builder.public_key({public_key}).serial_number(x509.random_serial_number())
builder = builder.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + {lasts})
certificate = builder.sign(key, hashes.SHA256())
print("signed for", os.environ["CHARGER_ID"])
for one in (certificate, root):
    sys.stdout.write(one.public_bytes(serialization.Encoding.PEM).decode())
"""


def csr(name: str, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None) -> str:
    """A request in that name, PEM."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    signed = builder.sign(key or ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def forged(request: str) -> str:
    """With a signature that is not its key's: RSA, so that any bytes are one."""
    der = x509.load_pem_x509_csr(request.encode()).public_bytes(serialization.Encoding.DER)
    changed = der[:-1] + bytes([der[-1] ^ 1])
    return x509.load_der_x509_csr(changed).public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture
def make_program(tmp_path: Path) -> MakeProgram:
    def make(source: str) -> Path:
        program = tmp_path / "authority"
        program.write_text(f"#!{sys.executable}\n{source}")
        program.chmod(0o700)
        return program

    return make


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    return Roots(tmp_path, "chargers")


@pytest.fixture
def signs(tmp_path: Path, roots: Roots) -> Callable[..., str]:
    """The source of a program that signs. `public_key`, `lasts`: expressions of it."""
    key = tmp_path / "root.key"
    key.write_bytes(roots.key.private_bytes(*PLAIN))

    def source(public_key: str = "request.public_key()", lasts: str = "datetime.timedelta(days=1)") -> str:
        return SIGNS.format(key=str(key), root=str(roots.root), public_key=public_key, lasts=lasts)

    return source
