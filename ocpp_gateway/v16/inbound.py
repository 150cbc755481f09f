"""OCPP 1.6: from the wire to reports."""

import hashlib
from collections.abc import Callable
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
    MeterReported,
    Noted,
    Phase,
    Report,
    StatusReported,
    TokenPresented,
    TransactionReported,
    VendorData,
)
from ocpp_gateway.times import read_time
from ocpp_gateway.v16 import messages

VERSION = "1.6"
STATUSES = {
    "Available": ConnectorStatus.AVAILABLE,
    "Preparing": ConnectorStatus.PREPARING,
    "Charging": ConnectorStatus.CHARGING,
    "SuspendedEVSE": ConnectorStatus.SUSPENDED_EVSE,
    "SuspendedEV": ConnectorStatus.SUSPENDED_EV,
    "Finishing": ConnectorStatus.FINISHING,
    "Reserved": ConnectorStatus.RESERVED,
    "Unavailable": ConnectorStatus.UNAVAILABLE,
    "Faulted": ConnectorStatus.FAULTED,
}
_NOTED = {
    "FirmwareStatusNotification",
    "DiagnosticsStatusNotification",
    "SecurityEventNotification",
    "LogStatusNotification",
    "SignedFirmwareStatusNotification",
}

_status = msgspec.json.Decoder(messages.StatusNotification)
_authorize = msgspec.json.Decoder(messages.Authorize)
_meter_values = msgspec.json.Decoder(messages.MeterValues)
_start = msgspec.json.Decoder(messages.StartTransaction)
_stop = msgspec.json.Decoder(messages.StopTransaction)
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
    return Booted(
        vendor=told["chargePointVendor"],
        model=told["chargePointModel"],
        firmware=told.get("firmwareVersion", ""),
    )


def _read_authorize(payload: bytes, received_at: datetime) -> Report:
    return TokenPresented(id_tag=normalised_token(_decode(_authorize, "Authorize", payload).id_tag))


def _read_status(payload: bytes, received_at: datetime) -> Report:
    told = _decode(_status, "StatusNotification", payload)
    return StatusReported(
        connector_number=told.connector_id,
        status=STATUSES[told.status],
        at=read_time(told.timestamp, received_at),
        error_code="" if told.error_code == "NoError" else told.error_code,
    )


def _read_meter(payload: bytes, received_at: datetime) -> Report:
    told = _decode(_meter_values, "MeterValues", payload)
    samples = [
        Sample(_number(sample.value), sample.measurand, sample.unit, sample.phase)
        for entry in told.meter_value
        for sample in entry.sampled_value
        if sample.format == "Raw"
    ]
    return MeterReported(
        connector_number=told.connector_id,
        transaction_id=_transaction_id(told.transaction_id),
        meter_wh=register_wh(samples),
        at=read_time(told.meter_value[-1].timestamp, received_at),
    )


def _number(text: str) -> float:
    """NaN for what is no number: one odd sample does not spoil the message."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _read_start(payload: bytes, received_at: datetime) -> Report:
    told = _decode(_start, "StartTransaction", payload)
    id_tag = normalised_token(told.id_tag)
    fingerprint = f"{told.connector_id}|{id_tag}|{told.meter_start}|{told.timestamp}"
    at = read_time(told.timestamp, received_at)
    return TransactionReported(
        phase=Phase.STARTED,
        # 1.6 gives a start no number of its own: these four together are what a charger repeats.
        identity="start:" + hashlib.sha256(fingerprint.encode()).hexdigest()[:32],
        at=at,
        clock_unset=at == received_at,
        connector_number=told.connector_id,
        id_tag=id_tag,
        meter_wh=max(told.meter_start, 0),
    )


def _read_stop(payload: bytes, received_at: datetime) -> Report:
    told = _decode(_stop, "StopTransaction", payload)
    identity, number = f"stop:{told.transaction_id}", _transaction_id(told.transaction_id)
    if number is None:
        identity += f":{told.timestamp}:{told.meter_stop}"
    return TransactionReported(
        phase=Phase.ENDED,
        identity=identity,
        at=read_time(told.timestamp, received_at),
        transaction_id=number,
        id_tag=None if told.id_tag is None else normalised_token(told.id_tag),
        meter_wh=max(told.meter_stop, 0),
        stop_reason=told.reason,
    )


def _transaction_id(number: int | None) -> str | None:
    """0 and -1 stand for a transaction whose start we never answered: the charger has no number for it."""
    return None if number is None or number <= 0 else str(number)


def _read_data_transfer(payload: bytes, received_at: datetime) -> Report:
    schemas.decode_call(VERSION, "DataTransfer", payload)
    return VendorData()


_READERS: dict[str, Callable[[bytes, datetime], Report]] = {
    "Heartbeat": _read_heartbeat,
    "StatusNotification": _read_status,
    "MeterValues": _read_meter,
    "Authorize": _read_authorize,
    "StartTransaction": _read_start,
    "StopTransaction": _read_stop,
    "BootNotification": _read_boot,
    "DataTransfer": _read_data_transfer,
}
