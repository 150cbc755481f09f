"""What happens at chargers, free of any protocol version: the events that reservations and operators hear of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.charging.connector import ConnectorStatus
from domain.charging.maintenance import PlannedMaintenance


class ChargerEventKind(StrEnum):
    """Edges that move reservations. Meter values and heartbeats are never events."""

    TOKEN_PRESENTED = "token_presented"  # noqa: S105 - an event kind, not a secret
    TRANSACTION_STARTED = "transaction_started"
    TRANSACTION_ENDED = "transaction_ended"
    CONNECTOR_STATUS = "connector_status"
    CHARGER_BOOTED = "charger_booted"
    CHARGER_ONLINE = "charger_online"
    CHARGER_OFFLINE = "charger_offline"
    TROUBLE_ENDED = "trouble_ended"
    """What a charger or connector said of itself holds no more, by other evidence than its word; `detail`: which."""
    HOLD_REMOVED = "hold_removed"
    """The charger says, or shows, that it has given up its hold by itself; `detail` is a HoldLoss."""
    END_PLACED = "end_placed"
    """A start told late has explained the end of a transaction that had found no session."""
    HOLD_FOLLOWED = "hold_followed"
    """Our hold has gone to `connector_id`, where its driver charges on from the slot before. No charger says so."""
    MAINTENANCE_PLANNED = "maintenance_planned"
    """A window closes the place of the reservation in its slot. No charger says so."""
    MAINTENANCE_CANCELLED = "maintenance_cancelled"
    SLOT_SWAPPED = "slot_swapped"
    """Another driver has taken the offer of the reservation: `detail`. No charger says so."""
    STRANGER_REFUSED = "stranger_refused"
    STRANGER_STARTED = "stranger_started"
    """A transaction for another token began on a held connector; the gateway has it stopped."""
    LOG_UPLOAD = "log_upload"
    """For the operator alone: how an upload of logs that was asked for is going. `detail`: the charger's word."""
    FIRMWARE_UPDATE = "firmware_update"
    """For the operator alone: how a firmware update is going."""


LEFT = "EVDisconnected"
"""The detail of a TRANSACTION_ENDED that is a departure: the vehicle was unplugged (1.6 §7.36, 2.x ReasonEnumType)."""


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
    hold_id: int | None = None
    """For HOLD_REMOVED: which one."""
    detail: str = ""
    beside: tuple[int, ...] = ()
    """The other connectors of its berth, where what happened says something to whoever is promised one of them."""
    busy_beside: bool = False
    """Of a status: somebody is at one of them."""
    maintenance: PlannedMaintenance | None = None
    there_until: datetime | None = None
    """Of a status that had to be asked for: when somebody was last known to be there. They may have left right then."""

    def is_at_berth_of(self, connector_id: int) -> bool:
        """At that connector, or at one that serves one car at a time with it."""
        return connector_id == self.connector_id or connector_id in self.beside
