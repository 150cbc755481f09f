"""Commands about certificates and their replies, which all versions write alike but for the names of uses."""

from collections.abc import Mapping
from typing import Any

from domain.charging.certificates import (
    CertificateSigned,
    CertificateUse,
    DeleteCertificate,
    GetCertificates,
    InstallCertificate,
)
from domain.charging.commands import CommandReply
from ocpp_gateway.wire import command_outcomes
from ocpp_gateway.wire.unsayable import Unsayable, Why


def write(
    command: InstallCertificate | GetCertificates | DeleteCertificate | CertificateSigned,
    uses: Mapping[CertificateUse, str],
) -> tuple[str, dict[str, Any]]:
    """Raises ValueError for a use that the version does not know."""
    match command:
        case InstallCertificate():
            call = {"certificateType": _use(command.use, uses), "certificate": command.certificate}
            return "InstallCertificate", call
        case GetCertificates():
            use = _use(command.use, uses)
            listed = use if "V2GRootCertificate" not in uses.values() else [use]
            return "GetInstalledCertificateIds", {"certificateType": listed}
        case CertificateSigned():
            own = (
                {"certificateType": "ChargingStationCertificate"}
                if "V2GRootCertificate" in uses.values()
                else {}
            )
            number = {} if command.request_id is None else {"requestId": command.request_id}
            return "CertificateSigned", {"certificateChain": command.chain, **own, **number}
        case DeleteCertificate():
            named = command.certificate
            return "DeleteCertificate", {
                "certificateHashData": {
                    "hashAlgorithm": named.algorithm,
                    "issuerNameHash": named.issuer_name_hash,
                    "issuerKeyHash": named.issuer_key_hash,
                    "serialNumber": named.serial_number,
                }
            }


def of_listed(result: Mapping[str, Any]) -> CommandReply:
    """1.6 lists hashes; 2.x lists chains with the hash inside."""
    found = [*result.get("certificateHashData", ())]
    found += [entry["certificateHashData"] for entry in result.get("certificateHashDataChain", ())]
    values = {
        one["serialNumber"]: f"{one['hashAlgorithm']} {one['issuerNameHash']} {one['issuerKeyHash']}"
        for one in found
    }
    # NotFound is an answer: there are none.
    if result["status"] == "NotFound":
        return command_outcomes.of_status("Accepted", {})
    return command_outcomes.of_status(result["status"], values)


def _use(use: CertificateUse, uses: Mapping[CertificateUse, str]) -> str:
    if use not in uses:
        raise Unsayable(Why.NOT_IN_VERSION, f"the version knows no certificate for {use.value}")
    return uses[use]
