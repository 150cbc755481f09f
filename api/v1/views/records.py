"""The audit trail and what drivers were told, as JSON: stored as codes, put into words for the reader."""

from dataclasses import replace

from api.v1.schemas.records import AuditEntryOut, NoticeOut, NotificationOut
from db.tables import AuditEntry, Notification
from domain.facts.audit import ChargerCommand, PasswordRotated, ProfileSet, RefusalsCleared, TroubleEnded
from domain.facts.fact import code_of
from texts.reader import Reader

_ACTIONS = {
    code_of(PasswordRotated): "charger.rotate_password",
    code_of(ProfileSet): "charger.set_security_profile",
    code_of(RefusalsCleared): "refused_connections.clear",
    code_of(TroubleEnded): "trouble.end",
}
"""Facts whose `action` is not their code."""


def audit_entry_out(entry: AuditEntry, reader: Reader) -> AuditEntryOut:
    return AuditEntryOut(
        at=entry.at,
        actor=entry.actor,
        action=_action(entry),
        detail=entry.detail,
        text=reader.audit(entry.code, entry.detail, entry.at),
    )


def _action(entry: AuditEntry) -> str:
    if entry.code == code_of(ChargerCommand):
        return f"charger.{entry.detail.get('command', 'command')}"
    return _ACTIONS.get(entry.code, entry.code)


def notification_out(notification: Notification, reader: Reader) -> NotificationOut:
    told = replace(reader, zone=notification.zone or reader.zone)
    return NotificationOut(
        at=notification.at,
        driver_id=notification.driver_id,
        template=notification.template,
        parameters=notification.parameters,
        text=told.notice(notification.template, notification.parameters, notification.at),
    )


def notice_out(notification: Notification, reader: Reader) -> NoticeOut:
    return NoticeOut(
        id=notification.id,
        fleet_id=notification.fleet_id,
        reservation=notification.reservation_code or None,
        **notification_out(notification, reader).model_dump(),
    )
