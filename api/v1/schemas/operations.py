"""Operator actions on reservations, the audit trail and what drivers were told, over the wire."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from api.v1.schemas.fields import Answer, Body, ConnectorId, Reason
from db.tables import AuditEntry, Notification

_Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z_:]+$")]


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


def audit_entry_out(entry: AuditEntry) -> AuditEntryOut:
    return AuditEntryOut(at=entry.at, actor=entry.actor, action=entry.action, detail=entry.detail)


def notification_out(notification: Notification) -> NotificationOut:
    return NotificationOut(
        at=notification.at,
        driver_id=notification.driver_id,
        template=notification.template,
        parameters=notification.parameters,
    )
