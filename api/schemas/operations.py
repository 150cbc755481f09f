"""Operator actions, the audit trail and chargers over the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.schemas.fields import Answer, Body, ConnectorId, Reason
from db.tables import AuditEntry, Charger, ChargerEventRow, Connector, Notification
from domain.charging import ConnectorStatus
from domain.commands import CommandReply

_Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z_:]+$")]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
_Value = Annotated[str, StringConstraints(max_length=2500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
_Number = Annotated[int, Field(strict=True, ge=1, le=1000)]


class OperateIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "the site lost power"}]}
    )

    reason: Reason = ""


class ReassignIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "bay blocked", "connector_id": 12}]}
    )

    reason: Reason = ""
    connector_id: ConnectorId | None = Field(default=None, description="Default: the best free one")


class WaiveIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"kind": "no_show", "reason": "road closed"}]}
    )

    kind: _Word = Field(description="A line item kind: no_show, overstay, cancellation…")
    reason: Reason = ""


class ResetIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"hard": False}]})

    hard: bool = Field(default=False, strict=True)


class UnlockIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"connector_number": 1}]})

    connector_number: _Number


class ChangeAvailabilityIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"connector_number": 0, "operative": False}]}
    )

    connector_number: Annotated[int, Field(strict=True, ge=0, le=1000)] = Field(
        default=0, description="0: the whole charger"
    )
    operative: bool = Field(strict=True)


class TriggerIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"message": "StatusNotification", "connector_number": 1}]},
    )

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
    connector_number: _Number | None = None


class GetConfigurationIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"keys": ["HeartbeatInterval"]}]}
    )

    keys: list[_Name] = Field(default_factory=list, max_length=100, description="Empty: all (1.6)")


class SetConfigurationIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"key": "HeartbeatInterval", "value": "300"}]}
    )

    key: _Name = Field(description="OCPP 1.6 key, or `Component.Variable` in 2.x")
    value: _Value


class CommandOut(Answer):
    """What the charger answered. `no_response` means that nobody knows whether it acted."""

    charger_id: str
    command: str
    outcome: str = Field(examples=["accepted"])
    detail: str
    values: dict[str, str] | None


class AuditEntryOut(Answer):
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


class AuditOut(Answer):
    items: list[AuditEntryOut]


class NotificationOut(Answer):
    at: datetime
    driver_id: str
    template: str
    parameters: dict[str, Any]


class NotificationsOut(Answer):
    items: list[NotificationOut]


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


class ChargerDetailOut(ChargerOut):
    gateway_instance: str | None
    epoch: int
    capabilities: dict[str, Any]
    connectors: list[ChargerConnectorOut]
    recent_events: list[ChargerEventOut]
    audit: list[AuditEntryOut]


def audit_entry_out(entry: AuditEntry) -> AuditEntryOut:
    return AuditEntryOut(at=entry.at, actor=entry.actor, action=entry.action, detail=entry.detail)


def notification_out(notification: Notification) -> NotificationOut:
    return NotificationOut(
        at=notification.at,
        driver_id=notification.driver_id,
        template=notification.template,
        parameters=notification.parameters,
    )


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


def charger_event_out(row: ChargerEventRow) -> ChargerEventOut:
    """Without the payload: it may carry the idTags of drivers."""
    return ChargerEventOut(
        event_id=row.event_id,
        kind=row.kind,
        connector_id=row.connector_id,
        at=row.at,
        received_at=row.received_at,
        detail=str(row.payload.get("detail", "")),
    )


def command_out(charger_id: str, command: str, reply: CommandReply) -> CommandOut:
    return CommandOut(
        charger_id=charger_id,
        command=command,
        outcome=reply.outcome.value,
        detail=reply.detail,
        values=None if reply.values is None else dict(without_secrets(reply.values)),
    )


def without_secrets(values: Mapping[str, Any]) -> dict[str, Any]:
    """Configuration as it may be shown and recorded: a charger's passwords are not for reading."""
    return {key: "[redacted]" if is_secret(key) else value for key, value in values.items()}


def is_secret(key: str) -> bool:
    name = key.lower().replace("_", "").replace("-", "")
    return name.endswith(("authorizationkey", "basicauthpassword", "password", "apnpassword", "secret"))
