"""Chargers as JSON, for operators."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.desk.charger_credentials import Rotation
from api.desk.chargers import ChargerRecord
from api.v1.schemas.charger_commands import CommandOut
from api.v1.schemas.charger_credentials import RefusedConnectionOut, RotationOut
from api.v1.schemas.chargers import (
    AbsenceOut,
    ChargerConnectorOut,
    ChargerDetailOut,
    ChargerEventOut,
    ChargerOut,
    DeviceReportOut,
    DeviceVariableOut,
    FaultOut,
    LocalListOut,
    MessageOut,
    PendingCommandOut,
)
from api.v1.views.records import audit_entry_out
from db.queries.charging.device_model import progress_of
from db.tables import (
    Charger,
    ChargerTraffic,
    Connector,
    DeviceReport,
    DeviceVariable,
    InboxEvent,
    LocalListRow,
    RefusedConnection,
)
from domain.charging.capabilities import CapabilityRecord, promise
from domain.charging.clocks import absences_of
from domain.charging.commands import Command, CommandReply, name_of
from domain.charging.connector import ConnectorStatus
from domain.charging.enforcement import EnforcementLevel
from domain.charging.events import ChargerEventKind
from texts.reader import Reader

_MISSING_SHOWN = 20


def charger_out(charger: Charger) -> ChargerOut:
    return ChargerOut(
        id=charger.id,
        site_id=charger.site_id,
        connected=charger.gateway_instance is not None,
        connected_at=charger.connected_at,
        last_seen_at=charger.last_seen_at,
        status=None if charger.status == ConnectorStatus.UNKNOWN else ConnectorStatus(charger.status),
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
        status=ConnectorStatus(connector.status),
        status_at=connector.status_at,
        error_code=connector.error_code,
    )


def charger_event_out(row: InboxEvent) -> ChargerEventOut:
    """Without the payload: it may carry the idTags of drivers."""
    return ChargerEventOut(
        event_id=row.event_id,
        kind=ChargerEventKind(row.kind),
        connector_id=row.payload.get("connector_id"),
        at=row.at,
        received_at=row.received_at,
        detail=str(row.payload.get("detail", "")),
    )


def charger_detail_out(record: ChargerRecord, reader: Reader) -> ChargerDetailOut:
    charger, traffic = record.charger, record.traffic
    return ChargerDetailOut(
        **charger_out(charger).model_dump(),
        clock_offset_s=charger.clock_offset_s,
        absences=[
            AbsenceOut(start=one.start, end=one.end)
            for one in absences_of(charger.absences)
            if one.start < one.end
        ],
        gateway_instance=charger.gateway_instance,
        epoch=charger.epoch,
        security_profile=charger.security_profile,
        password_change_pending=charger.next_password_hash is not None,
        capabilities=charger.capabilities,
        enforcement=_best_promise(charger.capabilities),
        local_list=_local_list_out(charger, record.local_list),
        connectors=[charger_connector_out(connector) for connector in record.connectors],
        recent_faults=[_fault_out(event) for event in record.faults],
        recent_events=[charger_event_out(event) for event in record.events],
        last_messages=[] if traffic is None else [_message_out(message) for message in traffic.messages],
        messages_at=None if traffic is None else traffic.updated_at,
        pending_commands=_pending_out(charger, traffic),
        audit=[audit_entry_out(entry, reader) for entry in record.audit],
    )


def _local_list_out(charger: Charger, row: LocalListRow | None) -> LocalListOut | None:
    if row is None:
        nothing = LocalListOut(kept=True, version=None, listed=None, waits=False, refusal="", changed_at=None)
        return nothing if charger.keeps_local_list else None
    return LocalListOut(
        kept=charger.keeps_local_list,
        version=row.version,
        listed=None if row.entries is None else len(row.entries),
        waits=row.pending is not None,
        refusal=row.refusal,
        changed_at=row.changed_at,
    )


def device_variable_out(row: DeviceVariable) -> DeviceVariableOut:
    return DeviceVariableOut(
        component=row.component,
        component_instance=row.component_instance,
        evse=row.evse,
        connector=row.connector,
        variable=row.variable,
        variable_instance=row.variable_instance,
        attribute=row.attribute,
        value=row.value,
        mutability=row.mutability,
        told_at=row.told_at,
    )


def device_report_out(row: DeviceReport, at: datetime) -> DeviceReportOut:
    progress = progress_of(row)
    return DeviceReportOut(
        report=row.report,
        state=progress.state(at),
        asked_at=progress.asked_at,
        first_at=progress.first_at,
        last_at=progress.last_at,
        parts=sum(last - first + 1 for first, last in progress.parts),
        missing=list(progress.missing(_MISSING_SHOWN)),
        cut=progress.cut,
    )


def command_out(charger_id: str, command: Command, reply: CommandReply) -> CommandOut:
    return CommandOut(
        charger_id=charger_id,
        command=name_of(type(command)),
        outcome=reply.outcome,
        detail=reply.detail,
        code=reply.code or None,
        values=reply.values,
    )


def rotation_out(rotation: Rotation, reader: Reader) -> RotationOut:
    return RotationOut(
        charger_id=rotation.charger_id,
        password=rotation.made,
        sent=rotation.sent,
        detail=rotation.detail if rotation.why is None else reader.why(rotation.why),
    )


def refused_connection_out(row: RefusedConnection) -> RefusedConnectionOut:
    return RefusedConnectionOut(
        identity=row.identity,
        code=row.code,
        first_at=row.first_at,
        last_at=row.last_at,
        attempts=row.attempts,
        remote=row.remote,
        detail=row.detail,
    )


def _best_promise(capabilities: Mapping[str, Any]) -> EnforcementLevel:
    record = CapabilityRecord.from_document(capabilities)
    return promise(record, held=record.reserve_now is True)


def _fault_out(row: InboxEvent) -> FaultOut:
    return FaultOut(
        at=row.at,
        connector_id=row.payload.get("connector_id"),
        status=ConnectorStatus(row.payload["status"]),
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
