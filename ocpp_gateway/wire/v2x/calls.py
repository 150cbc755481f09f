"""OCPP 2.x: from the wire to reports (part 2).

The two versions differ in lengths, lists of words and limits of numbers, all of which are in their schemas.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.charging.connector import MOST_PLUGS, ConnectorStatus
from domain.charging.events import LEFT
from domain.charging.readings import Told
from domain.charging.tokens import normalised_token
from domain.charging.trouble import is_failure
from ocpp_gateway.wire.energy_register import (
    Sample,
    is_energy,
    is_interval,
    readings_of,
    sampled_at,
    shown_wh,
    with_bounds,
)
from ocpp_gateway.wire.event_words import is_failing, is_lock, place_of, status_word
from ocpp_gateway.wire.reports import (
    Booted,
    Heartbeat,
    HoldRemoved,
    LockReported,
    MeterReported,
    ModelEntry,
    ModelReported,
    Phase,
    Report,
    StatusesReported,
    StatusReported,
    TokenPresented,
    TransactionReported,
    UploadKind,
    UploadReported,
)
from ocpp_gateway.wire.timestamps import newest_of, read_time
from ocpp_gateway.wire.version import ReadCall, read_data_transfer, read_signing

NOTED = frozenset(
    {
        "ClearedChargingLimit",
        "NotifyChargingLimit",
        "NotifyCustomerInformation",
        "NotifyDisplayMessages",
        "NotifyMonitoringReport",
        "ReportChargingProfiles",
        "SecurityEventNotification",
    }
)
STATUSES = {
    "Available": ConnectorStatus.AVAILABLE,
    "Occupied": ConnectorStatus.OCCUPIED,
    "Reserved": ConnectorStatus.RESERVED,
    "Unavailable": ConnectorStatus.UNAVAILABLE,
    "Faulted": ConnectorStatus.FAULTED,
}
_CHARGING_STATES = {
    "Charging": ConnectorStatus.CHARGING,
    "SuspendedEV": ConnectorStatus.SUSPENDED_EV,
    "SuspendedEVSE": ConnectorStatus.SUSPENDED_EVSE,
}
_CONNECTED = frozenset({"EVConnected", *_CHARGING_STATES})
_WORDS_OF_1_6 = {
    "Preparing": ConnectorStatus.OCCUPIED,
    "Finishing": ConnectorStatus.FINISHING,
} | _CHARGING_STATES
_PHASES = {"Started": Phase.STARTED, "Updated": Phase.UPDATED, "Ended": Phase.ENDED}
_NOBODY = "NoAuthorization"
"""The token type of a start by button or by configuration (C02): a token that names nobody."""
_UNPLUGGED = frozenset({None, "Local", LEFT})
"""Stop reasons that leave room for an unplugged vehicle: a trigger then tells."""
_GONE = frozenset({"EVCommunicationLost", "EVDeparted"})
_HEARTBEAT = Heartbeat()


def _heartbeat(call: Any, received_at: datetime) -> Report:
    return _HEARTBEAT


def _boot(call: Any, received_at: datetime) -> Report:
    station = call.charging_station
    return Booted(
        vendor=(station and station.vendor_name) or "",
        model=(station and station.model) or "",
        firmware=(station and station.firmware_version) or "",
        reason=call.reason or "",
    )


def _authorize(call: Any, received_at: datetime) -> Report:
    return TokenPresented(id_tag=normalised_token(call.id_token.id_token))


def _status(call: Any, received_at: datetime) -> Report:
    at = read_time(call.timestamp, received_at)
    return _status_of(call.evse_id, call.connector_id, call.connector_status, at)


def _status_of(evse: int, connector: int | None, status: str, at: datetime) -> StatusReported:
    return StatusReported(
        connector_number=evse,
        status=STATUSES.get(status) or _WORDS_OF_1_6[status],
        at=at,
        merely_occupied=status in ("Occupied", "Preparing"),
        plug=connector if evse and connector and 0 < connector <= MOST_PLUGS else None,
    )


def _notify_event(call: Any, received_at: datetime) -> Report:
    """Stations may report AvailabilityState by NotifyEvent instead of StatusNotification (G01); a lock, only so.

    Of the station, an EVSE or a connector: what else a charger is made of has states of its own.
    """
    return StatusesReported(
        locks=tuple(
            LockReported(
                connector_number=entry.component.evse.id,
                failed=is_failing(entry),
                at=read_time(entry.timestamp, received_at),
            )
            for entry in call.event_data or ()
            if is_lock(entry) and entry.component.evse and entry.component.evse.id is not None
        ),
        statuses=tuple(
            _status_of(*place, word, read_time(entry.timestamp, received_at))
            for entry in call.event_data or ()
            if (word := status_word(entry)) is not None and (place := place_of(entry)) is not None
        ),
    )


def _meter(call: Any, received_at: datetime) -> Report:
    values = call.meter_value or ()
    at = newest_of(values, received_at)
    readings = readings_of(_registers(values, received_at), Told.CONNECTOR, at)
    return MeterReported(
        connector_number=call.evse_id,
        transaction_id=None,
        meter_wh=shown_wh(readings),
        at=at,
        readings=readings,
    )


def _registers(values: Iterable[Any], received_at: datetime) -> Iterable[Sample]:
    for entry in values:
        at = sampled_at(entry.timestamp, received_at)
        for sample in entry.sampled_value or ():
            if sample.value is None:
                continue
            if is_energy(sample.measurand):
                unit = sample.unit_of_measure
                yield Sample(
                    sample.value,
                    _unit(sample),
                    sample.phase,
                    (unit and unit.multiplier) or 0,
                    sample.location,
                    sample.context,
                    at,
                    is_interval(sample.measurand),
                )


def _unit(sample: Any) -> str:
    """Where firmware that was carried over from 1.6 writes it as there, it means what it says."""
    told = sample.unit_of_measure
    return (told.unit if told else sample.unit if isinstance(sample.unit, str) else None) or ""


def _transaction(call: Any, received_at: datetime) -> Report:
    info, phase = call.transaction_info, _PHASES[call.event_type]
    at = read_time(call.timestamp, received_at)
    id_tag = None if call.id_token is None else _presented(call.id_token)
    samples = _registers(call.meter_value or (), received_at)
    readings = with_bounds(
        readings_of(samples, Told.TRANSACTION, at), begins=phase is Phase.STARTED, ends=phase is Phase.ENDED
    )
    return TransactionReported(
        phase=phase,
        identity=_identity(call, id_tag if phase is Phase.UPDATED else None),
        at=at,
        transaction_id=info.transaction_id,
        connector_number=None if call.evse is None else call.evse.id,
        id_tag=id_tag,
        names_nobody=call.id_token is not None and id_tag is None,
        meter_wh=shown_wh(readings),
        readings=readings,
        seq_no=call.seq_no or 0,
        clock_unset=at == received_at,
        stop_reason=_stop_reason(call) if phase is Phase.ENDED else "",
        status=_status_during(phase, info.charging_state, call.trigger_reason),
        offline=bool(call.offline),
        plugged_in=info.charging_state in _CONNECTED,
    )


def _identity(call: Any, further: str | None) -> str:
    """With the type and a further card, because stations exist whose seqNo stands still."""
    card = "" if further is None else ":" + hashlib.sha256(further.encode()).hexdigest()[:16]
    return f"tx:{call.transaction_info.transaction_id}:{call.event_type}:{_number_in_row(call)}{card}"


def _number_in_row(call: Any) -> int | str:
    """Where a station leaves its seqNo out, its time tells messages apart."""
    return str(call.timestamp) if call.seq_no is None else int(call.seq_no)


def _stop_reason(call: Any) -> str:
    """A vehicle that is gone has left, whatever ended the charging before; a lost line to it need not be that."""
    reason: str | None = call.transaction_info.stopped_reason
    departed = call.trigger_reason == "EVDeparted" and not is_failure(reason or "")
    if departed or (call.trigger_reason == "EVCommunicationLost" and reason in _UNPLUGGED):
        return LEFT
    if reason is None and call.trigger_reason == "ResetCommand":
        return "ImmediateReset"
    return reason or "Local"


def _presented(token: Any) -> str | None:
    return None if token.type == _NOBODY else normalised_token(token.id_token) or None


def _status_during(phase: Phase, charging_state: str | None, trigger: str | None) -> ConnectorStatus | None:
    if phase is Phase.UPDATED and charging_state == "Idle" and trigger in _GONE:
        return ConnectorStatus.AVAILABLE  # a transaction that outlives the visit: nobody is there any more
    if phase is Phase.ENDED:
        # The cable is still in: what 1.6 calls Finishing.
        return ConnectorStatus.FINISHING if charging_state == "EVConnected" else None
    return _CHARGING_STATES.get(charging_state or "")


def _hold_update(call: Any, received_at: datetime) -> Report:
    return HoldRemoved(hold_id=call.reservation_id, why=call.reservation_update_status)


def _model(call: Any, received_at: datetime) -> Report:
    return ModelReported(
        tuple(
            _model_entry(entry.component, entry.variable, attribute)
            for entry in call.report_data or ()
            for attribute in entry.variable_attribute or ()
        ),
        report=call.request_id or 0,
        last=not call.tbc,
        number=call.seq_no,
    )


def _model_entry(component: Any, variable: Any, attribute: Any) -> ModelEntry:
    evse = component.evse
    return ModelEntry(
        component=component.name,
        component_instance=component.instance or "",
        evse=0 if evse is None else evse.id or 0,
        connector=0 if evse is None else evse.connector_id or 0,
        variable=variable.name,
        variable_instance=variable.instance or "",
        attribute=attribute.type or "Actual",
        value=attribute.value,
        mutability=attribute.mutability or "ReadWrite",
    )


def _log(call: Any, received_at: datetime) -> Report:
    return UploadReported(kind=UploadKind.LOG, status=call.status, request_id=call.request_id)


def _firmware(call: Any, received_at: datetime) -> Report:
    return UploadReported(kind=UploadKind.FIRMWARE, status=call.status, request_id=call.request_id)


READS: dict[str, ReadCall] = {
    "Heartbeat": _heartbeat,
    "StatusNotification": _status,
    "MeterValues": _meter,
    "Authorize": _authorize,
    "TransactionEvent": _transaction,
    "BootNotification": _boot,
    "ReservationStatusUpdate": _hold_update,
    "NotifyEvent": _notify_event,
    "NotifyReport": _model,
    "DataTransfer": read_data_transfer,
    "SignCertificate": read_signing,
    "LogStatusNotification": _log,
    "FirmwareStatusNotification": _firmware,
    "PublishFirmwareStatusNotification": _firmware,
}
