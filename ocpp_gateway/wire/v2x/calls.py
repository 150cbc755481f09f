"""OCPP 2.x: from the wire to reports (part 2).

The two versions differ in lengths, lists of words and limits of numbers, all of which are in their schemas.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.charging.connector import ConnectorStatus
from domain.charging.tokens import normalised_token
from ocpp_gateway.wire.energy_register import REGISTER, Sample, register_wh
from ocpp_gateway.wire.reports import (
    Booted,
    Heartbeat,
    HoldRemoved,
    MeterReported,
    Phase,
    Report,
    StatusesReported,
    StatusReported,
    TokenPresented,
    TransactionReported,
    UploadKind,
    UploadReported,
)
from ocpp_gateway.wire.timestamps import read_time
from ocpp_gateway.wire.version import ReadCall, read_data_transfer

NOTED = frozenset(
    {
        "ClearedChargingLimit",
        "NotifyChargingLimit",
        "NotifyCustomerInformation",
        "NotifyDisplayMessages",
        "NotifyMonitoringReport",
        "NotifyReport",
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
_PHASES = {"Started": Phase.STARTED, "Updated": Phase.UPDATED, "Ended": Phase.ENDED}
_NOBODY = "NoAuthorization"
"""The token type of a start by button or by configuration (C02): a token that names nobody."""
_HEARTBEAT = Heartbeat()


def _heartbeat(told: Any, received_at: datetime) -> Report:
    return _HEARTBEAT


def _boot(told: Any, received_at: datetime) -> Report:
    station = told.charging_station
    return Booted(
        vendor=station.vendor_name,
        model=station.model,
        firmware=station.firmware_version or "",
        reason=told.reason,
    )


def _authorize(told: Any, received_at: datetime) -> Report:
    return TokenPresented(id_tag=normalised_token(told.id_token.id_token))


def _status(told: Any, received_at: datetime) -> Report:
    return _status_of(told.evse_id, told.connector_status, read_time(told.timestamp, received_at))


def _status_of(evse: int, status: str, at: datetime) -> StatusReported:
    return StatusReported(
        connector_number=evse, status=STATUSES[status], at=at, merely_occupied=status == "Occupied"
    )


def _notify_event(told: Any, received_at: datetime) -> Report:
    """Stations may report AvailabilityState by NotifyEvent instead of StatusNotification (G01)."""
    return StatusesReported(
        tuple(
            _status_of(
                entry.component.evse.id if entry.component.evse else 0,
                entry.actual_value,
                read_time(entry.timestamp, received_at),
            )
            for entry in told.event_data
            if entry.variable.name == "AvailabilityState" and entry.actual_value in STATUSES
        )
    )


def _meter(told: Any, received_at: datetime) -> Report:
    return MeterReported(
        connector_number=told.evse_id,
        transaction_id=None,
        meter_wh=register_wh(_registers(told.meter_value)),
        at=read_time(told.meter_value[-1].timestamp, received_at),
    )


def _registers(values: Iterable[Any]) -> Iterable[Sample]:
    for entry in values:
        for sample in entry.sampled_value:
            if sample.measurand is None or sample.measurand == REGISTER:
                unit = sample.unit_of_measure
                yield Sample(
                    sample.value,
                    (unit and unit.unit) or "Wh",
                    sample.phase,
                    (unit and unit.multiplier) or 0,
                    sample.location,
                )


def _transaction(told: Any, received_at: datetime) -> Report:
    info, phase = told.transaction_info, _PHASES[told.event_type]
    return TransactionReported(
        phase=phase,
        # With the type, because stations exist whose seqNo stands still.
        identity=f"tx:{info.transaction_id}:{told.event_type}:{told.seq_no}",
        at=read_time(told.timestamp, received_at),
        transaction_id=info.transaction_id,
        connector_number=None if told.evse is None else told.evse.id,
        id_tag=None if told.id_token is None else _presented(told.id_token),
        meter_wh=None if told.meter_value is None else register_wh(_registers(told.meter_value)),
        seq_no=told.seq_no,
        stop_reason=(info.stopped_reason or "Local") if phase is Phase.ENDED else "",
        status=_status_during(phase, info.charging_state),
        offline=bool(told.offline),
    )


def _presented(token: Any) -> str | None:
    return None if token.type == _NOBODY else normalised_token(token.id_token) or None


def _status_during(phase: Phase, charging_state: str | None) -> ConnectorStatus | None:
    if phase is Phase.ENDED:
        # The cable is still in: what 1.6 calls Finishing.
        return ConnectorStatus.FINISHING if charging_state == "EVConnected" else None
    return _CHARGING_STATES.get(charging_state or "")


def _hold_update(told: Any, received_at: datetime) -> Report:
    return HoldRemoved(hold_id=told.reservation_id, why=told.reservation_update_status)


def _log(told: Any, received_at: datetime) -> Report:
    return UploadReported(kind=UploadKind.LOG, status=told.status, request_id=told.request_id)


def _firmware(told: Any, received_at: datetime) -> Report:
    return UploadReported(kind=UploadKind.FIRMWARE, status=told.status, request_id=told.request_id)


READS: dict[str, ReadCall] = {
    "Heartbeat": _heartbeat,
    "StatusNotification": _status,
    "MeterValues": _meter,
    "Authorize": _authorize,
    "TransactionEvent": _transaction,
    "BootNotification": _boot,
    "ReservationStatusUpdate": _hold_update,
    "NotifyEvent": _notify_event,
    "DataTransfer": read_data_transfer,
    "LogStatusNotification": _log,
    "FirmwareStatusNotification": _firmware,
    "PublishFirmwareStatusNotification": _firmware,
}
