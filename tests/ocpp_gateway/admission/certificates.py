"""Certificate authorities, certificates and revocation lists, made on the spot and written as PEM."""

import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ocpp_gateway.admission.tls import KeyPair

_DAY = timedelta(days=1)
_numbers = count(1)


@dataclass
class Authority:
    """One root; what it issues lies beside it in `folder`."""

    folder: Path
    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self._subject = _name(self.name, "Test roots")
        builder = self._builder(self._subject, self.key, datetime.now(UTC) - _DAY, datetime.now(UTC) + _DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.certificate = builder.sign(self.key, hashes.SHA256())
        self.root = self.folder / f"{self.name}-root.pem"
        self.root.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, name: str = "server") -> KeyPair:
        """For 127.0.0.1. The same name again writes the same files anew."""
        return self._issue(name, "gateway", "Test", ExtendedKeyUsageOID.SERVER_AUTH)

    def charger(
        self, common_name: str, *, organization: str = "Operator", expired: bool = False, name: str = ""
    ) -> KeyPair:
        usage = ExtendedKeyUsageOID.CLIENT_AUTH
        return self._issue(
            name or f"charger-{next(_numbers)}", common_name, organization, usage, expired=expired
        )

    def revoke(self, *pairs: KeyPair) -> Path:
        """A revocation list of exactly these certificates, always in the same file."""
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._subject)
            .last_update(now - _DAY)
            .next_update(now + _DAY)
        )
        for pair in pairs:
            serial = x509.load_pem_x509_certificate(pair.certificate.read_bytes()).serial_number
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
            builder = builder.add_revoked_certificate(entry)
        path = self.folder / f"{self.name}-crl.pem"
        path.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        return path

    def _issue(
        self,
        file: str,
        common_name: str,
        organization: str,
        usage: x509.ObjectIdentifier,
        *,
        expired: bool = False,
    ) -> KeyPair:
        key = ec.generate_private_key(ec.SECP256R1())
        until = datetime.now(UTC) + (-_DAY / 2 if expired else _DAY)
        builder = self._builder(_name(common_name, organization), key, datetime.now(UTC) - _DAY, until)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        certificate = builder.sign(self.key, hashes.SHA256())
        pair = KeyPair(certificate=self.folder / f"{file}.pem", key=self.folder / f"{file}.key")
        pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return pair

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, since: datetime, until: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(until)
        )


def _name(common_name: str, organization: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
