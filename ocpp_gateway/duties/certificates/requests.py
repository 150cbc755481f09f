"""What a charger may have signed, and what may be sent back: judged by the bytes alone.

OCPP 2.x A02, A03 and the 1.6 security whitepaper §4.1: the common name is the charger's identity, which is also what
`admission` asks of a client certificate; keys have at least 112 bits of security.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

LONGEST_CHAIN = 10_000
"""Characters that CertificateSigned may carry, in all versions."""
_MOST_CERTIFICATES = 10
_RSA_BITS, _EC_BITS = 2048, 224


class RefusedRequest(Exception):
    """`code`: at most 20 characters, which 2.x tells the charger as reasonCode; the message tells people more."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class UnusableChain(Exception):
    """What the authority gave is not sent to the charger."""

    code = "chain_unusable"


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """`pem`: the request and nothing else; `key`: its public key, DER."""

    pem: bytes
    key: bytes


def read_request(pem: str, charger_id: str) -> SigningRequest:
    """A certificate signing request (PEM) of this charger, signed with its own key. Raises RefusedRequest."""
    try:
        request = x509.load_pem_x509_csr(pem.encode())
        key = request.public_key()
        is_its_own = request.is_signature_valid
        named = _common_names(request.subject)
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise RefusedRequest("CsrUnreadable", f"no signing request: {type(error).__name__}") from error
    if not is_its_own:
        raise RefusedRequest("CsrSignature", "the request is not signed with its own key")
    if named != [charger_id]:
        raise RefusedRequest("CsrCommonName", "the common name is not the charger's identity")
    if not _is_strong(key):
        raise RefusedRequest("CsrKey", "RSA of 2048 bits or an elliptic curve of 224 are asked for")
    return SigningRequest(pem=request.public_bytes(Encoding.PEM), key=_der(request))


def read_chain(output: bytes, request: SigningRequest, charger_id: str, now: datetime) -> str:
    """The chain in an authority's answer, the charger's own certificate first (PEM). Raises UnusableChain."""
    try:
        chain = x509.load_pem_x509_certificates(output)
        first = chain[0]
        fits = _der(first) == request.key and _common_names(first.subject) == [charger_id]
        written = _written(chain)
    except (ValueError, TypeError, IndexError, UnsupportedAlgorithm) as error:
        raise UnusableChain(f"no certificates: {type(error).__name__}") from error
    if not fits:
        raise UnusableChain("the first certificate is not that of the request")
    if not first.not_valid_before_utc <= now < first.not_valid_after_utc:
        raise UnusableChain("the certificate is not valid now")
    if len(chain) > _MOST_CERTIFICATES or len(written) > LONGEST_CHAIN:
        raise UnusableChain(f"{len(chain)} certificates of {len(written)} characters are too many")
    return written


def _common_names(name: x509.Name) -> list[str]:
    return [str(attribute.value) for attribute in name.get_attributes_for_oid(NameOID.COMMON_NAME)]


def _is_strong(key: object) -> bool:
    if isinstance(key, RSAPublicKey):
        return key.key_size >= _RSA_BITS
    return isinstance(key, EllipticCurvePublicKey) and key.curve.key_size >= _EC_BITS


def _der(holder: x509.CertificateSigningRequest | x509.Certificate) -> bytes:
    return holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _written(chain: Sequence[x509.Certificate]) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in chain)
