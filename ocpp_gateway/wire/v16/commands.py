"""OCPP 1.6: from commands to the wire."""

from datetime import datetime

from domain.charging.asking import GetTransactionStatus
from domain.charging.certificates import (
    CertificateSigned,
    CertificateUse,
    DeleteCertificate,
    GetCertificates,
    InstallCertificate,
)
from domain.charging.commands import (
    CancelReservation,
    ChangeAvailability,
    ClearCache,
    ClearChargingProfile,
    Command,
    DataTransfer,
    GetBaseReport,
    GetCompositeSchedule,
    GetConfiguration,
    GetLogs,
    LogKind,
    ProfilePurpose,
    RemoteStart,
    RemoteStop,
    ReserveNow,
    Reset,
    SetChargingProfile,
    SetConfiguration,
    SetVariables,
    TriggerMessage,
    UnlockConnector,
    UpdateFirmware,
)
from domain.charging.listing import GetLocalListVersion, ListedToken, SendLocalList
from ocpp_gateway.wire import certificates, charging_profiles
from ocpp_gateway.wire.timestamps import write_time
from ocpp_gateway.wire.unsayable import Unsayable, Why
from ocpp_gateway.wire.version import CommandCall, Payload

PURPOSES = {
    ProfilePurpose.CHARGER: "ChargePointMaxProfile",
    ProfilePurpose.DEFAULT: "TxDefaultProfile",
    ProfilePurpose.TRANSACTION: "TxProfile",
}
_CERTIFICATES = {
    CertificateUse.CSMS_ROOT: "CentralSystemRootCertificate",
    CertificateUse.MANUFACTURER_ROOT: "ManufacturerRootCertificate",
}
_DIGITS = 10
_Listing = ClearCache | SendLocalList | GetLocalListVersion
_Profiling = SetChargingProfile | ClearChargingProfile | GetCompositeSchedule
_Charging = ReserveNow | CancelReservation | RemoteStart | RemoteStop


def write_command(command: Command) -> CommandCall:
    """Raises Unsayable."""
    match command:
        case ReserveNow() | CancelReservation() | RemoteStart() | RemoteStop():
            return _charging(command)
        case ClearCache() | SendLocalList() | GetLocalListVersion():
            return _listing(command)
        case SetChargingProfile() | ClearChargingProfile() | GetCompositeSchedule():
            return _profiling(command)
        case GetConfiguration():
            return "GetConfiguration", {"key": list(command.keys)} if command.keys else {}
        case SetConfiguration():
            return "ChangeConfiguration", {"key": command.key, "value": command.value}
        case GetBaseReport():
            raise Unsayable(Why.NOT_IN_VERSION, "1.6 has no device model")
        case GetTransactionStatus():
            raise Unsayable(Why.NOT_IN_VERSION, "1.6 has no question about a transaction")
        case SetVariables():
            raise Unsayable(Why.NOT_IN_VERSION, "1.6 changes one key a message")
        case DataTransfer():
            return "DataTransfer", charging_profiles.given(
                {"vendorId": command.vendor_id, "messageId": command.message_id, "data": command.data}
            )
        case InstallCertificate() | GetCertificates() | DeleteCertificate() | CertificateSigned():
            return certificates.write(command, _CERTIFICATES)
        case GetLogs() | UpdateFirmware():
            return _uploads(command)
        case _:
            return _maintenance(command)


def _charging(command: _Charging) -> CommandCall:
    match command:
        case ReserveNow():
            payload: Payload = {
                "connectorId": command.connector_number,
                "expiryDate": write_time(command.expires_at),
                "idTag": command.id_tag,
                "reservationId": command.hold_id,
            }
            if command.parent_id_tag is not None:
                payload["parentIdTag"] = command.parent_id_tag
            return "ReserveNow", payload
        case CancelReservation():
            return "CancelReservation", {"reservationId": command.hold_id}
        case RemoteStart():
            start: Payload = {"connectorId": command.connector_number, "idTag": command.id_tag}
            if command.profile is not None:
                start["chargingProfile"] = _profile(command.profile)
            return "RemoteStartTransaction", start
        case RemoteStop():
            return "RemoteStopTransaction", {"transactionId": _transaction(command.transaction_id)}


def _maintenance(command: Reset | ChangeAvailability | UnlockConnector | TriggerMessage) -> CommandCall:
    match command:
        case Reset():
            if command.connector_number is not None:
                raise Unsayable(Why.NOT_IN_VERSION, "1.6 restarts a whole charger")
            return "Reset", {"type": "Hard" if command.hard else "Soft"}
        case ChangeAvailability():
            kind = "Operative" if command.operative else "Inoperative"
            return "ChangeAvailability", {"connectorId": command.connector_number, "type": kind}
        case UnlockConnector():
            return "UnlockConnector", {"connectorId": command.connector_number}
        case TriggerMessage():
            payload: Payload = {"requestedMessage": command.message}
            if command.connector_number is not None:
                payload["connectorId"] = command.connector_number
            return "TriggerMessage", payload


def _uploads(command: GetLogs | UpdateFirmware) -> CommandCall:
    again = {"retries": command.retries, "retryInterval": command.retry_interval_s}
    match command:
        case GetLogs(kind=LogKind.DIAGNOSTICS):
            window = {"startTime": _time(command.oldest), "stopTime": _time(command.latest)}
            wanted = {"location": command.upload_url, **window, **again}
            return "GetDiagnostics", charging_profiles.given(wanted)
        case GetLogs():
            window = {"oldestTimestamp": _time(command.oldest), "latestTimestamp": _time(command.latest)}
            log = charging_profiles.given({"remoteLocation": command.upload_url, **window})
            call = {"logType": "SecurityLog", "requestId": command.request_id, "log": log, **again}
            return "GetLog", charging_profiles.given(call)
        case UpdateFirmware(signing_certificate=None):
            if command.install_at is not None:
                raise Unsayable(
                    Why.INSTALL_TIME_NOT_IN_VERSION,
                    "1.6 installs firmware once it is fetched; a time to install goes with signed firmware only",
                )
            retrieve = write_time(command.retrieve_at)
            call = {"location": command.location, "retrieveDate": retrieve, **again}
            return "UpdateFirmware", charging_profiles.given(call)
        case UpdateFirmware():
            image = {
                "location": command.location,
                "retrieveDateTime": write_time(command.retrieve_at),
                "installDateTime": _time(command.install_at),
                "signingCertificate": command.signing_certificate,
                "signature": command.signature,
            }
            firmware = charging_profiles.given(image)
            call = {"requestId": command.request_id, "firmware": firmware, **again}
            return "SignedUpdateFirmware", charging_profiles.given(call)


def _transaction(number: str) -> int:
    """Raises Unsayable."""
    if not (number.isascii() and number.isdecimal() and len(number) <= _DIGITS and int(number) < 2**31):
        raise Unsayable(Why.TRANSACTION_ID_NOT_A_NUMBER, "a transaction of 1.6 has a whole number for an id")
    return int(number)


def _time(at: datetime | None) -> str | None:
    return None if at is None else write_time(at)


def _listing(command: _Listing) -> CommandCall:
    match command:
        case ClearCache():
            return "ClearCache", {}
        case GetLocalListVersion():
            return "GetLocalListVersion", {}
        case SendLocalList():
            entries = [_entry(token) for token in command.tokens]
            if not command.full:
                entries += [{"idTag": token.id_tag} for token in command.removed]
            return "SendLocalList", {
                "listVersion": command.version,
                "updateType": "Full" if command.full else "Differential",
                "localAuthorizationList": entries,
            }


def _entry(token: ListedToken) -> Payload:
    info = {"status": "Accepted" if token.accepted else "Blocked"}
    if token.group_id is not None:
        info["parentIdTag"] = token.group_id
    if token.expires_at is not None:
        info["expiryDate"] = write_time(token.expires_at)
    return {"idTag": token.id_tag, "idTagInfo": info}


def _profiling(command: _Profiling) -> CommandCall:
    match command:
        case SetChargingProfile():
            return "SetChargingProfile", {
                "connectorId": command.connector_number,
                "csChargingProfiles": _profile(command),
            }
        case ClearChargingProfile():
            chosen = {
                "id": command.profile_id,
                "connectorId": command.connector_number,
                "chargingProfilePurpose": None if command.purpose is None else PURPOSES[command.purpose],
                "stackLevel": command.stack_level,
            }
            return "ClearChargingProfile", charging_profiles.given(chosen)
        case GetCompositeSchedule():
            return "GetCompositeSchedule", {
                "connectorId": command.connector_number,
                "duration": command.duration_s,
                "chargingRateUnit": "W",
            }


def _profile(command: SetChargingProfile) -> Payload:
    profile: Payload = {
        "chargingProfileId": command.profile_id,
        "stackLevel": command.stack_level,
        "chargingProfilePurpose": PURPOSES[command.purpose],
        "chargingProfileKind": charging_profiles.kind(command),
        "chargingSchedule": charging_profiles.schedule(command),
    }
    if command.transaction_id is not None:
        profile["transactionId"] = _transaction(command.transaction_id)
    return profile
