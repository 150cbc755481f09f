"""What chargers say, in the domain's words: the one vocabulary that all protocol versions translate into.

Instants are aware UTC, already corrected (`times`); energy is in Wh; tokens are normalised (upper case).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.charging import ConnectorStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Booted:
    vendor: str
    model: str
    firmware: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The charger lives and wants to know the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReported:
    """`connector_number` 0 is the charger as a whole. `merely_occupied`: 2.x says Occupied, no more."""

    connector_number: int
    status: ConnectorStatus
    at: datetime
    error_code: str = ""
    merely_occupied: bool = False


@dataclass(frozen=True, slots=True)
class StatusesReported:
    """Several at once (2.x NotifyEvent)."""

    statuses: tuple[StatusReported, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPresented:
    id_tag: str


class Phase(StrEnum):
    STARTED = "started"
    UPDATED = "updated"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionReported:
    """One message of a transaction.

    `identity` is durable within the charger: the same message re-sent, even under a new message id, carries
    the same one. `transaction_id` None: a 1.6 start, we hand out the number; a 1.6 stop, the charger never
    learned it. `connector_number` None: the message does not say. `status`: what the connector does according
    to this message (2.x charging state).
    """

    phase: Phase
    identity: str
    at: datetime
    transaction_id: str | None = None
    connector_number: int | None = None
    id_tag: str | None = None
    clock_unset: bool = False
    """The charger's time was absurd, so `identity` may repeat with every transaction."""
    meter_wh: int | None = None
    seq_no: int | None = None
    stop_reason: str = ""
    status: ConnectorStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterReported:
    """`meter_wh` None: no energy register among the samples."""

    connector_number: int
    transaction_id: str | None
    meter_wh: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRemoved:
    """The charger gave up its reservation `hold_id` by itself. `why`: Expired, Removed, NoTransaction."""

    hold_id: int
    why: str


@dataclass(frozen=True, slots=True)
class VendorData:
    """DataTransfer: no vendor is known to us."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Valid, acknowledged, and of no consequence here."""


Report = (
    Booted
    | Heartbeat
    | StatusReported
    | StatusesReported
    | TokenPresented
    | TransactionReported
    | MeterReported
    | HoldRemoved
    | VendorData
    | Noted
)
