"""Operators chargers: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from slotkeeper_client.models.shared import (
    AuditEntryOut,
    CommandOutcome,
    ConnectorStatus,
    EnforcementLevel,
    InstantBasis,
    PowerLimitIn,
    QuirkKind,
)
from slotkeeper_client.shapes import Answer, Body, Open


class CertificateUse(StrEnum):
    """What a root certificate is trusted for. 1.6 knows the first two."""

    CSMS_ROOT = "csms_root"
    MANUFACTURER_ROOT = "manufacturer_root"
    V2G_ROOT = "v2g_root"
    MO_ROOT = "mo_root"


class ChargerEventKind(StrEnum):
    """Edges that move reservations. Meter values and heartbeats are never events."""

    TOKEN_PRESENTED = "token_presented"
    TRANSACTION_STARTED = "transaction_started"
    TRANSACTION_ENDED = "transaction_ended"
    CONNECTOR_STATUS = "connector_status"
    CHARGER_BOOTED = "charger_booted"
    CHARGER_ONLINE = "charger_online"
    CHARGER_OFFLINE = "charger_offline"
    TROUBLE_ENDED = "trouble_ended"
    HOLD_REMOVED = "hold_removed"
    END_PLACED = "end_placed"
    HOLD_FOLLOWED = "hold_followed"
    MAINTENANCE_PLANNED = "maintenance_planned"
    MAINTENANCE_CANCELLED = "maintenance_cancelled"
    SLOT_SWAPPED = "slot_swapped"
    STRANGER_REFUSED = "stranger_refused"
    STRANGER_STARTED = "stranger_started"
    LOG_UPLOAD = "log_upload"
    FIRMWARE_UPDATE = "firmware_update"


class EvidenceKind(StrEnum):
    STATUS = "status"
    SESSION = "session"
    HOLD = "hold"
    BOOT = "boot"
    CONNECTION = "connection"
    TROUBLE = "trouble"
    QUIRK = "quirk"


class LogKind(StrEnum):
    DIAGNOSTICS = "diagnostics"
    SECURITY = "security"


class Match(StrEnum):
    """How what a charger has is held against what is wanted."""

    IS_ = "is"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    CONTAINS = "contains"
    LACKS = "lacks"


class Occupant(StrEnum):
    NOBODY = "nobody"
    RESERVATION = "reservation"
    WALK_IN = "walk_in"
    STRANGER = "stranger"
    VEHICLE = "vehicle"
    ARRIVING = "arriving"
    EXPECTED = "expected"
    UNKNOWN = "unknown"


class PresenceBasis(StrEnum):
    """What the belief rests on."""

    SESSION = "session"
    STATUS = "status"
    HOLD = "hold"
    NOTHING = "nothing"


class ProfilePurpose(StrEnum):
    """What a charging profile limits."""

    CHARGER = "charger"
    DEFAULT = "default"
    TRANSACTION = "transaction"


class ReportState(StrEnum):
    COMPLETE = "complete"
    COMING = "coming"
    INCOMPLETE = "incomplete"
    NOTHING = "nothing"


class SettingReason(StrEnum):
    """What a setting is good for."""

    READINGS_COME = "readings_come"
    READINGS_HAVE_ENERGY = "readings_have_energy"
    BEGIN_HAS_ENERGY = "begin_has_energy"
    END_HAS_ENERGY = "end_has_energy"
    SENT_AGAIN = "sent_again"
    LISTED_START_OFFLINE = "listed_start_offline"
    UNPLUGGING_ENDS = "unplugging_ends"
    UNPLUGGING_UNLOCKS = "unplugging_unlocks"
    REFUSED_ENDS = "refused_ends"
    REMOTE_START_ASKS = "remote_start_asks"
    STRANGERS_ASK = "strangers_ask"
    UNKNOWN_NOT_OFFLINE = "unknown_not_offline"
    MERE_PLUG_IS_NO_START = "mere_plug_is_no_start"


class Source(StrEnum):
    """Whose word it is."""

    CHARGER = "charger"
    BACKEND = "backend"
    OPERATOR = "operator"


class Standing(StrEnum):
    FITS = "fits"
    DIFFERS = "differs"
    NOT_TOLD = "not_told"


class AbsenceOut(Answer):
    """From when to when nothing of the charger was heard."""

    start: datetime
    end: datetime


class AppliedOut(Answer):
    outcomes: list[SettingOutcomeOut]
    settings: SettingsOut


class BerthConnectorOut(Answer):
    connector_id: int
    charger_id: str
    number: int
    status: Open[ConnectorStatus]


class BesideOut(Answer):
    connector_id: int
    charger_id: str
    number: int


class CancelHoldIn(Body):
    hold_id: int


class ChangeAvailabilityIn(Body):
    connector_number: int = 0
    """0: the whole charger"""
    operative: bool


class ChargerConnectorOut(Answer):
    id: int
    number: int
    pool_id: str
    status: Open[ConnectorStatus]
    status_at: datetime | None
    error_code: str


class ChargerOut(Answer):
    id: str
    site_id: str
    connected: bool
    connected_at: datetime | None
    last_seen_at: datetime | None
    status: Open[ConnectorStatus] | None
    """Of the charger as a whole (connector 0). Null: it has not told; OCPP 2.x chargers never do, see their
    connectors
    """
    vendor: str
    model: str
    firmware: str
    protocol: str


class ChargerDetailOut(ChargerOut):
    clock_offset_s: int
    """What has to be added to its clock, learned from what it says of the present; 0: about right. Known at
    the end of a connection
    """
    absences: list[AbsenceOut]
    """The latest, oldest first: what it says it queued while it was away is believed for these times"""
    gateway_instance: str | None
    """The gateway that has the socket; null: none has"""
    epoch: int
    """Counts the charger's connections"""
    security_profile: int | None
    """The OCPP security profile asked of it; null: the default"""
    password_change_pending: bool
    """A new password was set, and the old one still opens"""
    capabilities: dict[str, Any]
    """What it can do about holds: probed, then learned from its behaviour; absent: not known"""
    enforcement: Open[EnforcementLevel]
    """The best promise that a driver can be given here. `hard`: the charger holds the connector, for the card
    that the hold names, and for the driver's others if it asks whose they are or has them in its list;
    `backend`: we refuse others; `soft`: it may start without asking
    """
    local_list: LocalListOut | None
    """Null: we keep none there"""
    connectors: list[ChargerConnectorOut]
    recent_faults: list[FaultOut]
    """Newest first"""
    recent_events: list[ChargerEventOut]
    last_messages: list[MessageOut]
    """Oldest first; written every few seconds"""
    messages_at: datetime | None
    """When `last_messages` and `pending_commands` were written"""
    pending_commands: list[PendingCommandOut]
    audit: list[AuditEntryOut]


class ChargerEventOut(Answer):
    event_id: str
    kind: Open[ChargerEventKind]
    connector_id: int | None
    at: datetime
    received_at: datetime
    detail: str


class ChargersOut(Answer):
    items: list[ChargerOut]
    next_cursor: str | None


class ClearChargingProfileIn(Body):
    profile_id: int | None = None
    connector_number: int | None = None
    purpose: ProfilePurpose | None = None
    stack_level: int | None = None


class ConnectorPlaceIn(Body):
    number: int
    plugs: list[PlugIn] | None = None
    """All of a 2.x EVSE, whatever its device model tells; null: as they are; none: what that tells"""
    bay: str | None
    """Null: none"""


class DataTransferIn(Body):
    vendor_id: str
    message_id: str | None = None
    data: str | None = None


class DeclareTopologyIn(Body):
    connectors: list[ConnectorPlaceIn] = Field(default_factory=list)
    """Who is not named keeps its bay"""
    one_at_a_time: list[list[int]]
    """All groups of connectors that share an EVSE or a power cable; those of one bay need not be named"""
    reason: str


class DeleteCertificateIn(Body):
    algorithm: Literal["SHA256", "SHA384", "SHA512"]
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str


class DeviceModelOut(Answer):
    reports: list[DeviceReportOut]
    """The newest few, the newest first"""
    items: list[DeviceVariableOut]
    next_cursor: str | None


class DeviceReportOut(Answer):
    """How far a report of the device model has come. What did come is among the variables."""

    report: int
    """Its request id"""
    state: Open[ReportState]
    """`coming`; `complete`; `incomplete`: parts are missing or were cut, or the last one never came;
    `nothing`: it was asked for, and nothing came. Only a complete report says what is gone
    """
    asked_at: datetime | None
    """Null: no operator asked for it"""
    first_at: datetime | None
    last_at: datetime | None
    parts: int
    """How many came"""
    missing: list[int]
    """The first twenty numbers of parts that later ones left out"""
    cut: bool
    """Some of what came was too much or unreadable, and is not kept"""


class DeviceVariableOut(Answer):
    """One attribute of a variable of the device model. `evse`, `connector` 0: not of one."""

    component: str
    component_instance: str
    evse: int
    connector: int
    variable: str
    variable_instance: str
    attribute: str
    value: str | None
    """Null: write-only, or not told. Secrets are not shown"""
    mutability: str
    told_at: datetime


class EvidenceOut(Answer):
    kind: Open[EvidenceKind]
    at: datetime
    source: Open[Source]
    """Whose word it is"""
    says: str
    """Of a status what was shown; `started`, `last_sign`, `contradicted`, `ended`, `end_inferred` of a
    session; `held`, `released` of a hold; `booted`; `connected`, `not_connected`; `began`, `ended` of
    trouble; of a quirk what had to be mended
    """
    connector_id: int | None
    """Null: the charger as a whole"""
    about: str
    """Transaction, reservation, trouble, or message and field"""
    detail: str
    """Error code, stop reason, why a hold was released"""
    basis: Open[InstantBasis]
    """How `at` is known: `now`, `charger`, `corrected` or `estimated`; empty: by our own clock"""
    counts: bool
    """false: newer evidence has outranked it, or it is over"""


class FaultOut(Answer):
    """The moment at which a connector, or the charger (connector null), became unusable."""

    at: datetime
    connector_id: int | None
    status: Open[ConnectorStatus]
    error_code: str


class GetCertificatesIn(Body):
    use: CertificateUse = CertificateUse("csms_root")


class GetCompositeScheduleIn(Body):
    connector_number: int
    duration_s: int


class GetConfigurationIn(Body):
    keys: list[str] | None = None
    """Empty: all (1.6)"""


class GetLogsIn(Body):
    kind: LogKind = LogKind("diagnostics")
    """`security`: the log of security events"""
    upload_url: str
    """Where the charger puts the file: http(s), ftp(s) or sftp. A user and password in it go to the charger
    and are kept out of the audit trail
    """
    oldest: datetime | None = None
    """Nothing logged before"""
    latest: datetime | None = None
    """Nothing logged after"""
    retries: int | None = None
    retry_interval_s: int | None = None


class InstallCertificateIn(Body):
    use: CertificateUse
    certificate: str


class ListedTokenIn(Body):
    id_tag: str
    accepted: bool = True
    group_id: str | None = None
    expires_at: datetime | None = None


class LocalListOut(Answer):
    """The list of tokens that we keep in step with the charger's reservations."""

    kept: bool
    """False: it is being emptied"""
    version: int | None
    """Of our last message; null: none was sent, or it has no list"""
    listed: int | None
    """Tokens in it; null: nobody knows, and all of it is sent anew"""
    waits: bool
    """Our last message has no answer"""
    refusal: str
    """The charger's word for not taking our last message"""
    changed_at: datetime | None


class MessageOut(Answer):
    """A frame on the socket, without tokens and passwords. Heartbeats are left out: see `last_seen_at`."""

    at: datetime
    direction: Literal["received", "sent"] | str
    action: str
    size: int
    """Length of the frame"""
    frame: list[Any] | None
    """Decoded; null: not shown, `note` says why"""
    note: str = ""


class OccupancyOut(Answer):
    """What booking, lock, gate and fees believe of the berth at this moment, and why."""

    site_id: str
    charger_id: str
    connector_id: int
    connector_number: int
    at: datetime
    """The moment this is said of"""
    occupant: Open[Occupant]
    """`nobody`; `reservation`, `walk_in` or `stranger` (refused, and runs all the same) by a session;
    `vehicle` without a session; `arriving`: a cable or card, nothing has begun; `expected`: held, nobody
    yet; `unknown`
    """
    basis: Open[PresenceBasis]
    since: datetime | None
    """Null: not known"""
    reservation_code: str | None
    session_id: int | None
    connected: bool
    """Whether its charger is, now"""
    berth: list[BerthConnectorOut]
    """Connectors that together serve one car at a time"""
    evidence: list[EvidenceOut]
    """The newest first"""
    next_cursor: str | None


class PendingCommandOut(Answer):
    """A command without an answer yet. `sent` false: it waits until earlier ones are answered."""

    action: str
    since: datetime
    sent: bool


class PlugIn(Body):
    connector: int
    """OCPP 2.x connectorId, of the EVSE"""
    type: str
    """OCPI ConnectorType"""


class PlugOut(Answer):
    connector: int
    """OCPP 2.x connectorId, of the EVSE"""
    type: str | None
    """OCPI ConnectorType; null: not known"""
    status: Open[ConnectorStatus] | None
    """What it said last; null: nothing"""


class QuirkOut(Answer):
    action: str
    path: str
    """Of the field; empty: the message itself"""
    kind: Open[QuirkKind]
    """What had to be done: `missing` (done without), `too_long` (cut), `wrong_type`, `wrong_word` (read as
    what it must mean), `out_of_range` (taken as it is), `dropped` (left out), `broken_frame` (JSON or frame
    against its grammar), `unmetered` (what a session took is unknown), `unit_in_doubt` (Wh that may be
    kWh), `id_in_use` (one transaction id at two EVSEs)
    """
    example: str
    seen: int
    first_at: datetime
    last_at: datetime
    firmware: str


class QuirksOut(Answer):
    items: list[QuirkOut]


class ReserveNowIn(Body):
    connector_number: int
    hold_id: int | None = None
    """Of a hold by hand, to replace it; null: a new one, told in `values.hold_id`"""
    id_tag: str
    group_id: str | None = None
    expires_at: datetime


class ResetIn(Body):
    hard: bool = False
    connector_number: int | None = None
    """Only this one, where an OCPP 2.x charger can; null: the whole charger"""


class RotatePasswordIn(Body):
    password: str | None = None
    """16 to 40 printable ASCII characters. Default: a random one is made and shown"""
    send: bool = True
    """Send it to the charger too, if it is connected"""
    replace_pending: bool = False
    """Give up a rotation that the charger has not completed. If the charger has taken that password, only the
    former one or this new one will let it in
    """


class RotationOut(Answer):
    charger_id: str
    password: str | None
    """Shown this once, and only when it was made here; only its hash is kept"""
    sent: str
    """The charger's answer; `charger_offline` or `not_asked` when nothing was sent. Accepted or not, the
    former password works until the charger connects with the new one
    """
    detail: str


class SecurityProfileIn(Body):
    security_profile: int | None
    """The lowest OCPP security profile this charger may use: 0 none (only where the gateway allows it), 1
    password, 2 TLS and password, 3 client certificate. Null: the gateway's own minimum
    """


class SecurityProfileOut(Answer):
    charger_id: str
    security_profile: int | None
    """Null: the gateway's own minimum"""


class SendLocalListIn(Body):
    version: int
    tokens: list[ListedTokenIn] | None = None
    removed: list[str] | None = None
    """Only with `full` false"""
    full: bool = True
    """Replace the list; false: change it"""


class SetChargingProfileIn(Body):
    connector_number: int
    """0: the whole charger"""
    profile_id: int
    purpose: ProfilePurpose
    limits: list[PowerLimitIn]
    stack_level: int = 0
    starts_at: datetime | None = None
    """Null: from the start of charging"""
    duration_s: int | None = None
    transaction_id: str | None = None
    """With purpose `transaction`: which one"""


class SetConfigurationIn(Body):
    key: str
    """OCPP 1.6 key, or `Component.Variable[Instance]` in 2.x"""
    value: str


class SetVariablesIn(Body):
    settings: list[SettingIn]


class SettingIn(Body):
    key: str
    value: str


class SettingOut(Answer):
    key: str
    wanted: str
    match: Open[Match]
    """How `has` is held against `wanted`"""
    has: str | None
    """As the charger last told; null: it has not, or does not know the setting"""
    standing: Open[Standing]
    to_set: str | None
    """What `apply-recommended` would set; null: nothing, or an operator has to choose"""
    reason: Open[SettingReason]
    text: str


class SettingOutcomeOut(Answer):
    key: str
    outcome: Open[CommandOutcome]
    detail: str


class SettingsOut(Answer):
    charger_id: str
    version: str
    """Whose profile it is compared with; empty: it never came"""
    read_at: datetime | None
    settings: list[SettingOut]


class TopologyConnectorOut(Answer):
    connector_id: int
    number: int
    """OCPP 1.6 connectorId, 2.x evseId"""
    pool_id: str
    bay: str | None
    """The label on the ground; connectors of one bay serve one car at a time"""
    status: Open[ConnectorStatus]
    plugs: list[PlugOut]
    """Of a 2.x EVSE, as declared or as its device model tells; of several types each can be booked"""
    plug_types_declared: bool
    beside: list[BesideOut]
    """Cannot be used while this one is, of whatever charger"""


class TopologyOut(Answer):
    site_id: str
    charger_id: str
    topology_declared_at: datetime | None
    """When an operator did; null: a seed file's word counts"""
    one_at_a_time: list[list[int]]
    """Groups of connectors that share an EVSE or a power cable"""
    connectors: list[TopologyConnectorOut]


class TriggerIn(Body):
    message: Literal[
        "BootNotification",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "MeterValues",
        "StatusNotification",
        "LogStatusNotification",
        "TransactionEvent",
    ]
    connector_number: int | None = None


class UnlockIn(Body):
    connector_number: int


class UpdateFirmwareIn(Body):
    location: str
    retrieve_at: datetime
    install_at: datetime | None = None
    """Null: once it is fetched. OCPP 1.6 knows no other for unsigned firmware"""
    signing_certificate: str | None = None
    signature: str | None = None
    """Base64, of the image"""
    retries: int | None = None
    retry_interval_s: int | None = None


class WithdrawTopologyIn(Body):
    reason: str
