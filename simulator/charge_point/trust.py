"""Which roots a charger trusts, its own certificate, and the commands about them: alike but for how lists are told."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from simulator.charge_point.link import Reply
from simulator.charge_point.messages import Payload
from simulator.charge_point.station import Command, Station

_ACCEPTED: Payload = {"status": "Accepted"}


class Trust:
    """`chains`: 2.x lists each hash inside a chain with its use."""

    def __init__(self, station: Station, *, chains: bool) -> None:
        self._station = station
        self._roots = station.roots
        self._chains = chains

    @property
    def table(self) -> Mapping[str, Command]:
        return {
            "InstallCertificate": self.install,
            "GetInstalledCertificateIds": self.listed,
            "DeleteCertificate": self.delete,
            "CertificateSigned": self.signed,
        }

    async def install(self, payload: Payload) -> Reply:
        try:
            root = x509.load_pem_x509_certificate(payload["certificate"].encode())
        except ValueError:
            return Reply({"status": "Failed" if self._chains else "Rejected"})
        named = hash_data(root)
        self._roots[named["serialNumber"]] = (payload["certificateType"], named)
        return Reply(dict(_ACCEPTED))

    async def signed(self, payload: Payload) -> Reply:
        taken = self._station.certificate.take(payload["certificateChain"])
        return Reply({"status": "Accepted" if taken else "Rejected"})

    async def listed(self, payload: Payload) -> Reply:
        wanted = payload.get("certificateType") or []
        found = [(use, named) for use, named in self._roots.values() if not wanted or use in wanted]
        if not found:
            return Reply({"status": "NotFound"})
        if not self._chains:
            return Reply({**_ACCEPTED, "certificateHashData": [named for _, named in found]})
        chain = [{"certificateType": use, "certificateHashData": named} for use, named in found]
        return Reply({**_ACCEPTED, "certificateHashDataChain": chain})

    async def delete(self, payload: Payload) -> Reply:
        number = payload["certificateHashData"]["serialNumber"]
        known = self._roots.get(number)
        if known is None or known[1] != payload["certificateHashData"]:
            return Reply({"status": "NotFound"})
        del self._roots[number]
        return Reply(dict(_ACCEPTED))


def hash_data(certificate: x509.Certificate) -> Payload:
    """OCPP's name of a root: hashes of its issuer's name and key (its own), and its number."""
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": hashlib.sha256(certificate.issuer.public_bytes()).hexdigest(),
        "issuerKeyHash": hashlib.sha256(key).hexdigest(),
        "serialNumber": f"{certificate.serial_number:x}",
    }
