"""The field's words, free of any protocol version: statuses, tokens, command outcomes, charger facts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConnectorStatus(StrEnum):
    """Union of OCPP 1.6 §7.7 and 2.0.1 ConnectorStatusEnum; 2.x `Occupied` maps to OCCUPIED."""

    UNKNOWN = "unknown"
    AVAILABLE = "available"
    PREPARING = "preparing"
    OCCUPIED = "occupied"
    CHARGING = "charging"
    SUSPENDED_EV = "suspended_ev"
    SUSPENDED_EVSE = "suspended_evse"
    FINISHING = "finishing"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"

    @property
    def is_usable(self) -> bool:
        """Could serve a driver now or soon: neither Faulted nor Unavailable."""
        return self not in (ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE)

    @property
    def is_in_use(self) -> bool:
        return self in IN_USE


IN_USE = frozenset(
    {
        ConnectorStatus.OCCUPIED,
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
        ConnectorStatus.FINISHING,
    }
)


TROUBLE = frozenset({ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE})

_TELLING = TROUBLE | {ConnectorStatus.AVAILABLE, ConnectorStatus.FINISHING, ConnectorStatus.SUSPENDED_EV}


def concerns_reservations(before: ConnectorStatus, after: ConnectorStatus) -> bool:
    """Can this change of status move a reservation? Each one that is told costs it four history events.

    Reserved, Preparing and Charging say nothing that the answer to ReserveNow, the token and the transaction do
    not say better, unless they end trouble or a pause.
    """
    vacated = after is ConnectorStatus.RESERVED and before in (*IN_USE, ConnectorStatus.PREPARING)
    return vacated or after in _TELLING or before in TROUBLE or before is ConnectorStatus.SUSPENDED_EV


class TokenKind(StrEnum):
    RFID = "rfid"
    APP = "app"
    """Issued by us for one reservation; valid only in its window."""


class EnforcementLevel(StrEnum):
    """The honest promise (design: promise 7)."""

    HARD = "hard"
    """The device holds the connector and the backend refuses others."""
    BACKEND = "backend"
    """Only the backend refuses others."""
    SOFT = "soft"
    """Best effort: the charger may start without asking."""


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


class ChargerEventKind(StrEnum):
    """Edges that move reservations. Meter values and heartbeats are never events."""

    TOKEN_PRESENTED = "token_presented"  # noqa: S105 - an event kind, not a secret
    TRANSACTION_STARTED = "transaction_started"
    TRANSACTION_ENDED = "transaction_ended"
    CONNECTOR_STATUS = "connector_status"
    CHARGER_BOOTED = "charger_booted"
    CHARGER_ONLINE = "charger_online"
    CHARGER_OFFLINE = "charger_offline"
    HOLD_REMOVED = "hold_removed"
    """The charger says, or shows, that it has given up its hold by itself; `detail` is a HoldLoss."""
    STRANGER_REFUSED = "stranger_refused"
    STRANGER_STARTED = "stranger_started"
    """A transaction for another token began on a held connector; the gateway has it stopped."""
    LOG_UPLOAD = "log_upload"
    """For the operator alone: how an upload of logs that was asked for is going. `detail`: the charger's word."""
    FIRMWARE_UPDATE = "firmware_update"
    """For the operator alone: how a firmware update is going."""


class HoldLoss(StrEnum):
    """How a hold went from the device: OCPP's ReservationUpdateStatus, and what no message tells."""

    EXPIRED = "Expired"
    REMOVED = "Removed"
    NO_TRANSACTION = "NoTransaction"
    """2.1 H03.FR.11: the driver's token was presented there, but no transaction followed."""
    MISSING = "missing"
    """It said nothing, but has shown no hold for a while although it shows them (the gateway's finding)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerEvent:
    """One fact from a charger, as signalled to a reservation workflow.

    `event_id` is durable (charger + OCPP message identity): the same fact re-sent carries the same id.
    Energy is in Wh; instants are aware UTC. `connector_id` is our database id, not the OCPP number.
    """

    event_id: str
    kind: ChargerEventKind
    charger_id: str
    at: datetime
    connector_id: int | None = None
    status: ConnectorStatus | None = None
    transaction_id: str | None = None
    meter_wh: int | None = None
    matches_driver: bool | None = None
    """For tokens and transactions: does the presented token belong to this reservation's driver or group?"""
    detail: str = ""


def normalised_token(value: str) -> str:
    """idTags are compared without regard to case (OCPP 1.6 CiString20, 2.0.1 H03)."""
    return value.strip().upper()
