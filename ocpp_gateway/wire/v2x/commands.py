"""OCPP 2.x: from commands to the wire."""

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
from domain.charging.tokens import TokenKind
from ocpp_gateway.wire import certificates, charging_profiles
from ocpp_gateway.wire.timestamps import write_time
from ocpp_gateway.wire.unsayable import Unsayable, Why
from ocpp_gateway.wire.version import CommandCall, Payload

PURPOSES = {
    ProfilePurpose.CHARGER: "ChargingStationMaxProfile",
    ProfilePurpose.DEFAULT: "TxDefaultProfile",
    ProfilePurpose.TRANSACTION: "TxProfile",
}
_CERTIFICATES = {
    CertificateUse.CSMS_ROOT: "CSMSRootCertificate",
    CertificateUse.MANUFACTURER_ROOT: "ManufacturerRootCertificate",
    CertificateUse.V2G_ROOT: "V2GRootCertificate",
    CertificateUse.MO_ROOT: "MORootCertificate",
}
_LOGS = {LogKind.DIAGNOSTICS: "DiagnosticsLog", LogKind.SECURITY: "SecurityLog"}
_INTERESTING_VARIABLES = (
    "ReservationCtrlr.Available",
    "ReservationCtrlr.Enabled",
    "ReservationCtrlr.NonEvseSpecific",
    "OCPPCommCtrlr.HeartbeatInterval",
)
"""Asked for when nobody says what to ask for: GetVariables has no "all" (B06)."""
_FIRST_PLUG = 1
_WITH_CONNECTOR = {"StatusNotification"}

_Charging = ReserveNow | CancelReservation | RemoteStart | RemoteStop | GetTransactionStatus
_Listing = ClearCache | SendLocalList | GetLocalListVersion
_Profiling = SetChargingProfile | ClearChargingProfile | GetCompositeSchedule
_Provisioning = GetConfiguration | SetConfiguration | SetVariables | GetBaseReport


def write_command(command: Command) -> CommandCall:
    """Raises Unsayable."""
    match command:
        case ReserveNow() | CancelReservation() | RemoteStart() | RemoteStop() | GetTransactionStatus():
            return _charging(command)
        case ClearCache() | SendLocalList() | GetLocalListVersion():
            return _listing(command)
        case SetChargingProfile() | ClearChargingProfile() | GetCompositeSchedule():
            return _profiling(command)
        case GetConfiguration() | SetConfiguration() | SetVariables() | GetBaseReport():
            return _provisioning(command)
        case GetLogs() | UpdateFirmware():
            return _uploads(command)
        case DataTransfer():
            return "DataTransfer", charging_profiles.given(
                {"vendorId": command.vendor_id, "messageId": command.message_id, "data": command.data}
            )
        case InstallCertificate() | GetCertificates() | DeleteCertificate() | CertificateSigned():
            return certificates.write(command, _CERTIFICATES)
        case _:
            return _operation(command)


def id_token(tag: str, kind: TokenKind) -> Payload:
    """IdTokenType: stations compare the type too (H03), so cards say ISO14443, our own credentials Central."""
    return {"idToken": tag, "type": "Central" if kind is TokenKind.APP else "ISO14443"}


def group_token(group: str) -> Payload:
    return {"idToken": group, "type": "Central"}


def _charging(command: _Charging) -> CommandCall:
    match command:
        case ReserveNow():
            payload: Payload = {
                "id": command.hold_id,
                "expiryDateTime": write_time(command.expires_at),
                "idToken": id_token(command.id_tag, command.token_kind),
            }
            if command.connector_number:
                payload["evseId"] = command.connector_number
            if command.parent_id_tag is not None:
                payload["groupIdToken"] = group_token(command.parent_id_tag)
            return "ReserveNow", payload
        case CancelReservation():
            return "CancelReservation", {"reservationId": command.hold_id}
        case RemoteStart():
            start: Payload = {
                "evseId": command.connector_number,
                "idToken": id_token(command.id_tag, command.token_kind),
                "remoteStartId": command.remote_start_id,
            }
            if command.profile is not None:
                start["chargingProfile"] = _profile(command.profile)
            return "RequestStartTransaction", start
        case RemoteStop():
            return "RequestStopTransaction", {"transactionId": command.transaction_id}
        case GetTransactionStatus():
            return "GetTransactionStatus", {"transactionId": command.transaction_id}


def _operation(command: Reset | ChangeAvailability | UnlockConnector | TriggerMessage) -> CommandCall:
    match command:
        case Reset():
            kind = {"type": "Immediate" if command.hard else "OnIdle", "evseId": command.connector_number}
            return "Reset", charging_profiles.given(kind)
        case ChangeAvailability():
            payload: Payload = {"operationalStatus": "Operative" if command.operative else "Inoperative"}
            if command.connector_number:
                payload["evse"] = {"id": command.connector_number}
            return "ChangeAvailability", payload
        case UnlockConnector():
            place = {"evseId": command.connector_number, "connectorId": command.plug or _FIRST_PLUG}
            return "UnlockConnector", place
        case TriggerMessage():
            trigger: Payload = {"requestedMessage": command.message}
            if command.connector_number:
                trigger["evse"] = {"id": command.connector_number}
                if command.message in _WITH_CONNECTOR:
                    trigger["evse"]["connectorId"] = command.plug or _FIRST_PLUG  # F06.FR.12
            return "TriggerMessage", trigger


def _provisioning(command: _Provisioning) -> CommandCall:
    match command:
        case GetConfiguration():
            wanted = [_variable(key) for key in command.keys or _INTERESTING_VARIABLES]
            return "GetVariables", {"getVariableData": wanted}
        case SetConfiguration():
            return "SetVariables", {"setVariableData": [_setting(command)]}
        case SetVariables():
            return "SetVariables", {"setVariableData": [_setting(one) for one in command.settings]}
        case GetBaseReport():
            return "GetBaseReport", {"requestId": command.request_id, "reportBase": "FullInventory"}


def _uploads(command: GetLogs | UpdateFirmware) -> CommandCall:
    again = {"retries": command.retries, "retryInterval": command.retry_interval_s}
    match command:
        case GetLogs():
            window = {"oldestTimestamp": _time(command.oldest), "latestTimestamp": _time(command.latest)}
            log = charging_profiles.given({"remoteLocation": command.upload_url, **window})
            call = {"logType": _LOGS[command.kind], "requestId": command.request_id, "log": log, **again}
            return "GetLog", charging_profiles.given(call)
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
            return "UpdateFirmware", charging_profiles.given(call)


def _time(at: datetime | None) -> str | None:
    return None if at is None else write_time(at)


def _setting(one: SetConfiguration) -> Payload:
    return {**_variable(one.key), "attributeValue": one.value}


def _variable(key: str) -> Payload:
    """`Component.Variable`, or `Component.Variable[Instance]`."""
    component, dot, variable = key.partition(".")
    name, bracket, instance = variable.removesuffix("]").partition("[")
    if (
        not (component and dot and name)
        or bool(bracket) != variable.endswith("]")
        or bool(bracket and not instance)
    ):
        raise Unsayable(
            Why.KEY_MALFORMED, "a 2.x key is written Component.Variable or Component.Variable[Instance]"
        )
    named = {"name": name, "instance": instance} if instance else {"name": name}
    return {"component": {"name": component}, "variable": named}


def _listing(command: _Listing) -> CommandCall:
    match command:
        case ClearCache():
            return "ClearCache", {}
        case GetLocalListVersion():
            return "GetLocalListVersion", {}
        case SendLocalList():
            entries = [_entry(token) for token in command.tokens]
            if not command.full:
                entries += [{"idToken": id_token(t.id_tag, t.token_kind)} for t in command.removed]
            payload: Payload = {
                "versionNumber": command.version,
                "updateType": "Full" if command.full else "Differential",
            }
            if entries:
                payload["localAuthorizationList"] = entries
            return "SendLocalList", payload


def _entry(token: ListedToken) -> Payload:
    info: Payload = {"status": "Accepted" if token.accepted else "Blocked"}
    if token.group_id is not None:
        info["groupIdToken"] = group_token(token.group_id)
    if token.expires_at is not None:
        info["cacheExpiryDateTime"] = write_time(token.expires_at)
    return {"idToken": id_token(token.id_tag, token.token_kind), "idTokenInfo": info}


def _profiling(command: _Profiling) -> CommandCall:
    match command:
        case SetChargingProfile():
            return "SetChargingProfile", {
                "evseId": command.connector_number,
                "chargingProfile": _profile(command),
            }
        case ClearChargingProfile():
            return "ClearChargingProfile", _cleared(command)
        case GetCompositeSchedule():
            return "GetCompositeSchedule", {
                "evseId": command.connector_number,
                "duration": command.duration_s,
                "chargingRateUnit": "W",
            }


def _profile(command: SetChargingProfile) -> Payload:
    profile: Payload = {
        "id": command.profile_id,
        "stackLevel": command.stack_level,
        "chargingProfilePurpose": PURPOSES[command.purpose],
        "chargingProfileKind": charging_profiles.kind(command),
        "chargingSchedule": [{"id": command.profile_id, **charging_profiles.schedule(command)}],
    }
    if command.transaction_id is not None:
        profile["transactionId"] = command.transaction_id
    return profile


def _cleared(command: ClearChargingProfile) -> Payload:
    if command.profile_id is not None:
        return {"chargingProfileId": command.profile_id}  # criteria would be ignored beside it (K10)
    chosen = {
        "evseId": command.connector_number,
        "chargingProfilePurpose": None if command.purpose is None else PURPOSES[command.purpose],
        "stackLevel": command.stack_level,
    }
    criteria = charging_profiles.given(chosen)
    return {"chargingProfileCriteria": criteria} if criteria else {}
