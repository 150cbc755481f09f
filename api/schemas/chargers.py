"""Chargers over the wire: what operators see of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.fields import Answer
from api.schemas.operations import AuditEntryOut, audit_entry_out
from db.tables import AuditEntry, Charger, ChargerTraffic, Connector, InboxEvent
from domain.charging.capabilities import CapabilityRecord, promise
from domain.charging.connector import ConnectorStatus
from domain.charging.enforcement import EnforcementLevel


class ChargerOut(Answer):
    id: str
    site_id: str
    connected: bool
    connected_at: datetime | None
    last_seen_at: datetime | None
    status: str | None = Field(
        examples=["available"],
        description="Of the charger as a whole (connector 0). Null: it has not told; OCPP 2.x chargers never do, "
        "see their connectors",
    )
    vendor: str
    model: str
    firmware: str
    protocol: str


class ChargersOut(Answer):
    items: list[ChargerOut]
    next_cursor: str | None


class ChargerConnectorOut(Answer):
    id: int
    number: int
    pool_id: str
    status: str
    status_at: datetime | None
    error_code: str


class ChargerEventOut(Answer):
    event_id: str
    kind: str
    connector_id: int | None
    at: datetime
    received_at: datetime
    detail: str


class FaultOut(Answer):
    """The moment at which a connector, or the charger (connector null), became unusable."""

    at: datetime
    connector_id: int | None
    status: str = Field(examples=["faulted"])
    error_code: str = Field(examples=["GroundFailure"])


class MessageOut(Answer):
    """A frame on the socket, without tokens and passwords. Heartbeats are left out: see `last_seen_at`."""

    at: datetime
    direction: Literal["received", "sent"]
    action: str
    size: int = Field(description="Length of the frame")
    frame: list[Any] | None = Field(description="Decoded; null: not shown, `note` says why")
    note: str = ""


class PendingCommandOut(Answer):
    """A command without an answer yet. `sent` false: it waits until earlier ones are answered."""

    action: str
    since: datetime
    sent: bool


class ChargerDetailOut(ChargerOut):
    gateway_instance: str | None = Field(description="The gateway that has the socket; null: none has")
    epoch: int = Field(description="Counts the charger's connections")
    security_profile: int | None = Field(
        description="The OCPP security profile asked of it; null: the default"
    )
    password_change_pending: bool = Field(description="A new password was set, and the old one still opens")
    capabilities: dict[str, Any] = Field(
        description="What it can do about holds: probed, then learned from its behaviour; absent: not known"
    )
    enforcement: EnforcementLevel = Field(
        description="The best promise that a driver can be given here. `hard`: the charger holds the connector; "
        "`backend`: we refuse others; `soft`: it may start without asking"
    )
    connectors: list[ChargerConnectorOut]
    recent_faults: list[FaultOut] = Field(description="Newest first")
    recent_events: list[ChargerEventOut]
    last_messages: list[MessageOut] = Field(description="Oldest first; written every few seconds")
    messages_at: datetime | None = Field(
        description="When `last_messages` and `pending_commands` were written"
    )
    pending_commands: list[PendingCommandOut]
    audit: list[AuditEntryOut]


def charger_out(charger: Charger) -> ChargerOut:
    return ChargerOut(
        id=charger.id,
        site_id=charger.site_id,
        connected=charger.gateway_instance is not None,
        connected_at=charger.connected_at,
        last_seen_at=charger.last_seen_at,
        status=None if charger.status == ConnectorStatus.UNKNOWN else charger.status,
        vendor=charger.vendor,
        model=charger.model,
        firmware=charger.firmware,
        protocol=charger.protocol,
    )


def charger_connector_out(connector: Connector) -> ChargerConnectorOut:
    return ChargerConnectorOut(
        id=connector.id,
        number=connector.number,
        pool_id=connector.pool_id,
        status=connector.status,
        status_at=connector.status_at,
        error_code=connector.error_code,
    )


def charger_event_out(row: InboxEvent) -> ChargerEventOut:
    """Without the payload: it may carry the idTags of drivers."""
    return ChargerEventOut(
        event_id=row.event_id,
        kind=row.kind,
        connector_id=row.payload.get("connector_id"),
        at=row.at,
        received_at=row.received_at,
        detail=str(row.payload.get("detail", "")),
    )


def charger_detail_out(
    charger: Charger,
    *,
    connectors: Sequence[Connector],
    faults: Sequence[InboxEvent],
    events: Sequence[InboxEvent],
    traffic: ChargerTraffic | None,
    audit: Sequence[AuditEntry],
) -> ChargerDetailOut:
    return ChargerDetailOut(
        **charger_out(charger).model_dump(),
        gateway_instance=charger.gateway_instance,
        epoch=charger.epoch,
        security_profile=charger.security_profile,
        password_change_pending=charger.next_password_hash is not None,
        capabilities=charger.capabilities,
        enforcement=_best_promise(charger.capabilities),
        connectors=[charger_connector_out(connector) for connector in connectors],
        recent_faults=[_fault_out(event) for event in faults],
        recent_events=[charger_event_out(event) for event in events],
        last_messages=[] if traffic is None else [_message_out(message) for message in traffic.messages],
        messages_at=None if traffic is None else traffic.updated_at,
        pending_commands=_pending_out(charger, traffic),
        audit=[audit_entry_out(entry) for entry in audit],
    )


def _best_promise(capabilities: Mapping[str, Any]) -> EnforcementLevel:
    record = CapabilityRecord.from_document(capabilities)
    return promise(record, held=record.reserve_now is True)


def _fault_out(row: InboxEvent) -> FaultOut:
    return FaultOut(
        at=row.at,
        connector_id=row.payload.get("connector_id"),
        status=str(row.payload.get("status", "")),
        error_code=str(row.payload.get("detail", "")),
    )


def _message_out(message: Mapping[str, Any]) -> MessageOut:
    """As the gateway wrote it, and a gateway may be older than we are: no field is taken for granted."""
    return MessageOut(
        at=message["at"],
        direction=message["direction"],
        action=message.get("action", ""),
        size=message.get("size", 0),
        frame=message.get("frame"),
        note=message.get("note", ""),
    )


def _pending_out(charger: Charger, traffic: ChargerTraffic | None) -> list[PendingCommandOut]:
    """Of this connection only: what waited when a gateway died waits no more."""
    began = charger.connected_at
    if traffic is None or charger.gateway_instance is None or began is None or traffic.updated_at < began:
        return []
    return [PendingCommandOut(**command) for command in traffic.pending_commands]
