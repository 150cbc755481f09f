"""The audit trail and what drivers were told, as JSON: stored as codes, put into words for the reader."""

from api.v1.schemas.records import AuditEntryOut, NotificationOut
from db.tables import AuditEntry, Notification
from texts.reader import Reader


def audit_entry_out(entry: AuditEntry, reader: Reader) -> AuditEntryOut:
    return AuditEntryOut(
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        detail=entry.detail,
        text=reader.audit(entry.action, entry.detail, entry.at),
    )


def notification_out(notification: Notification, reader: Reader) -> NotificationOut:
    return NotificationOut(
        at=notification.at,
        driver_id=notification.driver_id,
        template=notification.template,
        parameters=notification.parameters,
        text=reader.notice(notification.template, notification.parameters, notification.at),
    )
