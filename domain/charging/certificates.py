"""Commands about certificates: those that a charger trusts (1.6 security whitepaper §4.3, 2.x M03–M05), and its own."""

from dataclasses import dataclass
from enum import StrEnum


class CertificateUse(StrEnum):
    """What a root certificate is trusted for. 1.6 knows the first two."""

    CSMS_ROOT = "csms_root"
    MANUFACTURER_ROOT = "manufacturer_root"
    V2G_ROOT = "v2g_root"
    MO_ROOT = "mo_root"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateHash:
    """Which certificate: OCPP names one by the hashes of its issuer and its serial number.

    `algorithm`: OCPP's word, `SHA256`, `SHA384` or `SHA512`.
    """

    algorithm: str
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallCertificate:
    """Trust the root `certificate` (PEM)."""

    use: CertificateUse
    certificate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetCertificates:
    """Which root certificates it has; `values`: serial number → algorithm and issuer hashes, for deleting it."""

    use: CertificateUse


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteCertificate:
    certificate: CertificateHash


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSigned:
    """The certificate that the charger asked for (1.6 security whitepaper §4.1, 2.x A02). `chain`: PEM, its own first.

    `request_id`: of what it asked, where it had one (2.1).
    """

    chain: str
    request_id: int | None = None
