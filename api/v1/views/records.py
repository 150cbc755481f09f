"""The audit trail and what drivers were told, as JSON: stored as codes, put into words for the reader."""

from dataclasses import replace
from typing import Any

from api.v1.schemas.records import AuditEntryOut, NoticeOut, NotificationOut
from db.tables import AuditEntry, Notification
from domain.facts.audit import ChargerCommand, PasswordRotated, ProfileSet, RefusalsCleared, TroubleEnded
from domain.facts.audit_telling import WebhookEndpointSet
from domain.facts.fact import code_of
from domain.telling.outside import without_path
from texts.reader import Reader

_ACTIONS = {
    code_of(PasswordRotated): "charger.rotate_password",
    code_of(ProfileSet): "charger.set_security_profile",
    code_of(RefusalsCleared): "refused_connections.clear",
    code_of(TroubleEnded): "trouble.end",
}
"""Facts whose `action` is not their code."""


def audit_entry_out(entry: AuditEntry, reader: Reader) -> AuditEntryOut:
    detail = _shown(entry)
    return AuditEntryOut(
        at=entry.at,
        actor=entry.actor,
        action=_action(entry),
        detail=detail,
        text=reader.audit(entry.code, detail, entry.at),
    )


def _shown(entry: AuditEntry) -> dict[str, Any]:
    """A whole address may stand there until a worker's round comes by (db.personal.whole_urls)."""
    return without_path(entry.detail) if entry.code == code_of(WebhookEndpointSet) else entry.detail


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
