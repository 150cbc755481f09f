"""OCPP 2.0.1: from the wire to reports."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

import msgspec

from domain.charging import ConnectorStatus, normalised_token
from ocpp_gateway import schemas
from ocpp_gateway.energy import Sample, register_wh
from ocpp_gateway.problems import OcppProblem, Problem
from ocpp_gateway.reports import (
    Booted,
    Heartbeat,
    HoldRemoved,
    MeterReported,
    Noted,
    Phase,
    Report,
    StatusesReported,
    StatusReported,
    TokenPresented,
    TransactionReported,
    VendorData,
)
from ocpp_gateway.times import read_time
from ocpp_gateway.v201 import messages

VERSION = "2.0.1"
_LARGEST_INTEGER = 2**31 - 1
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
_NOTED = {
    "NotifyReport",
    "NotifyMonitoringReport",
    "SecurityEventNotification",
    "LogStatusNotification",
    "FirmwareStatusNotification",
    "NotifyChargingLimit",
    "ClearedChargingLimit",
    "ReportChargingProfiles",
    "NotifyDisplayMessages",
    "NotifyCustomerInformation",
    "PublishFirmwareStatusNotification",
}

_status = msgspec.json.Decoder(messages.StatusNotification)
_authorize = msgspec.json.Decoder(messages.Authorize)
_meter_values = msgspec.json.Decoder(messages.MeterValues)
_transaction = msgspec.json.Decoder(messages.TransactionEvent)
_heartbeat = msgspec.json.Decoder(messages.Heartbeat)

T = TypeVar("T")


def read(action: str, payload: bytes, received_at: datetime) -> Report:
    """Raises OcppProblem."""
    reader = _READERS.get(action)
    if reader is not None:
        return reader(payload, received_at)
    if action in _NOTED:
        schemas.decode_call(VERSION, action, payload)
        return Noted()
    if schemas.exists(VERSION, action):
        raise OcppProblem(Problem.NOT_OURS, f"{action} is not served here")
    raise OcppProblem(Problem.UNKNOWN_ACTION, "there is no such action")


def _decode(decoder: msgspec.json.Decoder[T], action: str, payload: bytes) -> T:
    try:
        return decoder.decode(payload)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise schemas.name_fault(VERSION, action, payload) from error


def _read_heartbeat(payload: bytes, received_at: datetime) -> Report:
    _decode(_heartbeat, "Heartbeat", payload)
    return Heartbeat()


def _read_boot(payload: bytes, received_at: datetime) -> Report:
    told = schemas.decode_call(VERSION, "BootNotification", payload)
    station = told["chargingStation"]
    return Booted(
        vendor=station["vendorName"],
        model=station["model"],
        firmware=station.get("firmwareVersion", ""),
        reason=told["reason"],
    )


def _read_authorize(payload: bytes, received_at: datetime) -> Report:
    return TokenPresented(id_tag=_token(_decode(_authorize, "Authorize", payload).id_token))


def _token(token: messages.IdToken) -> str:
    return normalised_token(token.id_token)


def _read_status(payload: bytes, received_at: datetime) -> Report:
    told = _decode(_status, "StatusNotification", payload)
    return _status_of(told.evse_id, told.connector_status, read_time(told.timestamp, received_at))


def _status_of(evse: int, status: str, at: datetime) -> StatusReported:
    return StatusReported(
        connector_number=evse, status=STATUSES[status], at=at, merely_occupied=status == "Occupied"
    )


def _read_notify_event(payload: bytes, received_at: datetime) -> Report:
    """Stations may report AvailabilityState by NotifyEvent instead of StatusNotification (G01)."""
    told = schemas.decode_call(VERSION, "NotifyEvent", payload)
    return StatusesReported(
        tuple(
            _status_of(
                entry["component"].get("evse", {}).get("id", 0),
                entry["actualValue"],
                read_time(entry["timestamp"], received_at),
            )
            for entry in told["eventData"]
            if entry["variable"]["name"] == "AvailabilityState"
            and entry["actualValue"] in STATUSES
            and 0 <= entry["component"].get("evse", {}).get("id", 0) <= _LARGEST_INTEGER
        )
    )


def _read_meter(payload: bytes, received_at: datetime) -> Report:
    told = _decode(_meter_values, "MeterValues", payload)
    return MeterReported(
        connector_number=told.evse_id,
        transaction_id=None,
        meter_wh=register_wh(_samples(told.meter_value)),
        at=read_time(told.meter_value[-1].timestamp, received_at),
    )


def _samples(values: Iterable[messages.MeterValue]) -> Iterable[Sample]:
    for entry in values:
        for sample in entry.sampled_value:
            unit = sample.unit_of_measure or messages.UnitOfMeasure()
            yield Sample(sample.value, sample.measurand, unit.unit, sample.phase, unit.multiplier)


def _read_transaction(payload: bytes, received_at: datetime) -> Report:
    told = _decode(_transaction, "TransactionEvent", payload)
    info, phase = told.transaction_info, _PHASES[told.event_type]
    id_tag = None if told.id_token is None else _token(told.id_token)
    return TransactionReported(
        phase=phase,
        identity=f"tx:{info.transaction_id}:{told.seq_no}",
        at=read_time(told.timestamp, received_at),
        transaction_id=info.transaction_id,
        connector_number=told.evse.id if told.evse else None,
        id_tag=id_tag or None,
        meter_wh=None if told.meter_value is None else register_wh(_samples(told.meter_value)),
        seq_no=told.seq_no,
        stop_reason=(info.stopped_reason or "Local") if phase is Phase.ENDED else "",
        status=_status_during(phase, info.charging_state),
    )


def _status_during(phase: Phase, charging_state: str | None) -> ConnectorStatus | None:
    if phase is Phase.ENDED:
        # The cable is still in: what 1.6 calls Finishing.
        return ConnectorStatus.FINISHING if charging_state == "EVConnected" else None
    return _CHARGING_STATES.get(charging_state or "")


def _read_hold_update(payload: bytes, received_at: datetime) -> Report:
    told = schemas.decode_call(VERSION, "ReservationStatusUpdate", payload)
    if not 0 <= told["reservationId"] <= _LARGEST_INTEGER:
        raise OcppProblem(Problem.WRONG_VALUE, "reservationId is out of range")
    return HoldRemoved(hold_id=told["reservationId"], why=told["reservationUpdateStatus"])


def _read_data_transfer(payload: bytes, received_at: datetime) -> Report:
    schemas.decode_call(VERSION, "DataTransfer", payload)
    return VendorData()


_READERS: dict[str, Callable[[bytes, datetime], Report]] = {
    "Heartbeat": _read_heartbeat,
    "StatusNotification": _read_status,
    "MeterValues": _read_meter,
    "Authorize": _read_authorize,
    "TransactionEvent": _read_transaction,
    "BootNotification": _read_boot,
    "ReservationStatusUpdate": _read_hold_update,
    "NotifyEvent": _read_notify_event,
    "DataTransfer": _read_data_transfer,
}
