"""What is on record: the audit trail, and what drivers were told, over the wire."""

from datetime import datetime
from typing import Any

from api.v1.schemas.fields import Answer


class AuditEntryOut(Answer):
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]
    text: str
    """In the reader's language."""


class AuditOut(Answer):
    items: list[AuditEntryOut]


class NotificationOut(Answer):
    at: datetime
    driver_id: str
    template: str
    """The notice's stable code."""
    parameters: dict[str, Any]
    text: str
    """In the reader's language."""


class NoticeOut(NotificationOut):
    """`driver_id`: empty where it is for the fleet. `reservation`: null where it is about none."""

    id: int
    fleet_id: str | None
    reservation: str | None


class NoticesOut(Answer):
    items: list[NoticeOut]
    next_cursor: str | None


class NotificationsOut(Answer):
    items: list[NotificationOut]
