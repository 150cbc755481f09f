"""Commands to a charger in the domain's words, and what came of them. The gateway speaks the protocol."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.charging.asking import GetTransactionStatus
from domain.charging.certificates import (
    CertificateSigned,
    DeleteCertificate,
    GetCertificates,
    InstallCertificate,
)
from domain.charging.listing import GetLocalListVersion, SendLocalList
from domain.charging.tokens import TokenKind

_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


HAND_HOLDS = range(2**30, 2**31)
"""Reservation ids of holds by hand (OCPP's integers end there). Those of reservations stay below, by constraint."""


class CommandOutcome(StrEnum):
    """What became of a command sent to a charger. OCPP is at-most-once: NO_RESPONSE means unknown."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    OCCUPIED = "occupied"
    FAULTED = "faulted"
    UNAVAILABLE = "unavailable"
    NOT_SUPPORTED = "not_supported"
    NO_RESPONSE = "no_response"
    NOT_CONNECTED = "not_connected"

    @property
    def may_take_effect(self) -> bool:
        """The charger does it, or may be doing it: what it reports will tell."""
        return self in (CommandOutcome.ACCEPTED, CommandOutcome.NO_RESPONSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveNow:
    """Hold a connector on the device from now to `expires_at` (OCPP 1.6 §6.43, 2.0.1 H01).

    A second one with the same `hold_id` replaces the first. `hold_id` 0: by hand, whoever sends it gives it one.
    """

    connector_number: int
    hold_id: int
    id_tag: str
    parent_id_tag: str | None
    expires_at: datetime
    token_kind: TokenKind = TokenKind.RFID
    """2.x compares the token's type too (H03): RFID goes out as ISO14443, our app credential as Central."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelReservation:
    hold_id: int


class ProfilePurpose(StrEnum):
    """What a charging profile limits."""

    CHARGER = "charger"
    """All connectors together."""
    DEFAULT = "default"
    """Each transaction that has no profile of its own."""
    TRANSACTION = "transaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLimit:
    """From `offset_s` seconds after the start of its schedule on, at most `watts`."""

    offset_s: int
    watts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetChargingProfile:
    """Limit power over time (1.6 §5.16, 2.x K01). `starts_at` None: relative to the start of charging.

    `connector_number` 0: the whole charger. `transaction_id`: for purpose TRANSACTION only.
    """

    connector_number: int
    profile_id: int
    purpose: ProfilePurpose
    limits: tuple[PowerLimit, ...]
    stack_level: int = 0
    starts_at: datetime | None = None
    duration_s: int | None = None
    transaction_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStart:
    connector_number: int
    id_tag: str
    remote_start_id: int
    token_kind: TokenKind = TokenKind.RFID
    profile: SetChargingProfile | None = None
    """Of purpose TRANSACTION, without a transaction: it is for the one that begins (1.6 §5.16.2, 2.x F01.FR.08)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStop:
    """`transaction_id` as the charger knows it (1.6: our integer as text)."""

    transaction_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """`connector_number`: only this one, where the version and the charger can (2.x B11); None: the whole charger."""

    hard: bool = False
    connector_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAvailability:
    """`connector_number` 0: the whole charger."""

    connector_number: int
    operative: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockConnector:
    """`plug`: which of a 2.x EVSE; None: the first."""

    connector_number: int
    plug: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerMessage:
    """`message`: OCPP name, e.g. `StatusNotification`. `plug`: which of a 2.x EVSE; None: the first."""

    message: str
    connector_number: int | None = None
    plug: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetConfiguration:
    """1.6 GetConfiguration; 2.x GetVariables with keys written `Component.Variable[Instance]`."""

    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetConfiguration:
    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariables:
    """Several settings in one message, which only 2.x has (B05). `values`: key → the charger's word for each."""

    settings: tuple[SetConfiguration, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetBaseReport:
    """The whole device model, which then comes in pieces (2.x B07; 1.6 has none)."""

    request_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearCache:
    """Forget which tokens were accepted before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearChargingProfile:
    """One profile, or all that match; with nothing given, all."""

    profile_id: int | None = None
    connector_number: int | None = None
    purpose: ProfilePurpose | None = None
    stack_level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetCompositeSchedule:
    """What the charger would give over the next `duration_s`; `values` has watts by seconds from now."""

    connector_number: int
    duration_s: int


class LogKind(StrEnum):
    DIAGNOSTICS = "diagnostics"
    SECURITY = "security"


@dataclass(frozen=True, slots=True, kw_only=True)
class GetLogs:
    """Upload logs to `upload_url`; `values["file"]` is the file's name where the charger says it.

    `request_id`: given by whoever sends it.
    """

    kind: LogKind
    upload_url: str
    request_id: int = 0
    oldest: datetime | None = None
    latest: datetime | None = None
    """Only what was logged in between; None: no bound."""
    retries: int | None = None
    retry_interval_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFirmware:
    """Fetch the image at `location` from `retrieve_at` on and install it, from `install_at` on where that is said.

    `signing_certificate` (PEM) and `signature` (base64): checked by the charger before it installs (1.6 whitepaper
    §4.5, 2.x L01).
    """

    location: str
    retrieve_at: datetime
    request_id: int = 0
    install_at: datetime | None = None
    signing_certificate: str | None = None
    signature: str | None = None
    retries: int | None = None
    retry_interval_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTransfer:
    """A vendor's own message; `values["data"]` is what comes back."""

    vendor_id: str
    message_id: str | None = None
    data: str | None = None


Command = (
    ReserveNow
    | CancelReservation
    | RemoteStart
    | RemoteStop
    | Reset
    | ChangeAvailability
    | UnlockConnector
    | TriggerMessage
    | GetTransactionStatus
    | GetConfiguration
    | SetConfiguration
    | GetBaseReport
    | ClearCache
    | SendLocalList
    | GetLocalListVersion
    | SetChargingProfile
    | ClearChargingProfile
    | GetCompositeSchedule
    | GetLogs
    | UpdateFirmware
    | SetVariables
    | DataTransfer
    | InstallCertificate
    | GetCertificates
    | DeleteCertificate
    | CertificateSigned
)


def name_of(command: type[Command]) -> str:
    """As activities, the audit trail and faces call it: `GetLogs` is `get_logs`."""
    return _HUMP.sub("_", command.__name__).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReply:
    """`detail`: the charger's own words (status, error code). `values`: configuration and the like, read back.

    `code`: why the command was never sent, since it cannot be said in the charger's version; empty: it was.
    """

    outcome: CommandOutcome
    detail: str = ""
    values: dict[str, str] | None = None
    code: str = ""
