"""OCPP 1.6: from the wire to reports (part 2, §6; security whitepaper for logs and signed firmware)."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.charging.connector import ConnectorStatus
from domain.charging.readings import Context, Reading, Told
from domain.charging.tokens import normalised_token
from ocpp_gateway.wire.energy_register import (
    Sample,
    is_energy,
    is_interval,
    read_unit,
    readings_of,
    sampled_at,
    shown_wh,
)
from ocpp_gateway.wire.numbers import parted
from ocpp_gateway.wire.reports import (
    Booted,
    Heartbeat,
    MeterReported,
    Phase,
    Report,
    StatusReported,
    TokenPresented,
    TransactionReported,
    UploadKind,
    UploadReported,
)
from ocpp_gateway.wire.timestamps import newest_of, read_time
from ocpp_gateway.wire.version import ReadCall, read_data_transfer, read_signing

NOTED = frozenset({"SecurityEventNotification"})
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
    "Occupied": ConnectorStatus.OCCUPIED,  # a word of 1.5 and 2.x
}
_HEARTBEAT = Heartbeat()


def _heartbeat(call: Any, received_at: datetime) -> Report:
    return _HEARTBEAT


def _boot(call: Any, received_at: datetime) -> Report:
    return Booted(
        vendor=call.charge_point_vendor or "",
        model=call.charge_point_model or "",
        firmware=call.firmware_version or "",
    )


def _authorize(call: Any, received_at: datetime) -> Report:
    return TokenPresented(id_tag=normalised_token(call.id_tag))


def _status(call: Any, received_at: datetime) -> Report:
    return StatusReported(
        connector_number=call.connector_id,
        status=STATUSES[call.status],
        at=read_time(call.timestamp, received_at),
        error_code="" if call.error_code in (None, "NoError") else call.error_code,
        merely_occupied=call.status == "Occupied",
    )


def _meter(call: Any, received_at: datetime) -> Report:
    values = call.meter_value or ()
    at = newest_of(values, received_at)
    number = _transaction_id(call.transaction_id)
    told = Told.CONNECTOR if number is None else Told.TRANSACTION
    readings = readings_of(_registers(values, received_at), told, at)
    return MeterReported(
        connector_number=call.connector_id,
        transaction_id=number,
        meter_wh=shown_wh(readings),
        at=at,
        readings=readings,
    )


def _registers(values: Iterable[Any], received_at: datetime) -> Iterable[Sample]:
    for entry in values:
        at = sampled_at(entry.timestamp, received_at)
        for sample in entry.sampled_value or ():
            is_raw = not sample.format or sample.format == "Raw" or not sample.format.strip()
            if is_raw and is_energy(sample.measurand):
                yield Sample(
                    *_value(sample),
                    sample.phase,
                    location=sample.location,
                    context=sample.context,
                    at=at,
                    is_interval=is_interval(sample.measurand),
                )


def _value(sample: Any) -> tuple[float, str]:
    """Number and unit, which may stand behind it. NaN for what is no number: one odd sample spoils no message."""
    number, behind = parted(sample.value)
    unit = sample.unit or ""
    if not behind or not unit.strip():
        return number, behind or unit
    return (number, unit) if read_unit(behind) == read_unit(unit) else (float("nan"), unit)


def _start(call: Any, received_at: datetime) -> Report:
    id_tag = normalised_token(call.id_tag or "")
    fingerprint = f"{call.connector_id}|{id_tag}|{call.meter_start}|{call.timestamp}"
    at = read_time(call.timestamp, received_at)
    return TransactionReported(
        phase=Phase.STARTED,
        # 1.6 gives a start no number of its own: these four together are what a charger repeats.
        identity="start:" + hashlib.sha256(fingerprint.encode()).hexdigest()[:32],
        at=at,
        clock_unset=at == received_at,
        connector_number=call.connector_id,
        id_tag=id_tag or None,
        names_nobody=not id_tag,
        meter_wh=None if call.meter_start is None else max(call.meter_start, 0),
        readings=_register_at(at, call.meter_start, Context.BEGIN, Told.START),
    )


def _register_at(at: datetime, wh: int | None, context: Context, told: Told) -> tuple[Reading, ...]:
    return () if wh is None else (Reading(at=at, wh=wh, context=context, told=told),)


def _stop(call: Any, received_at: datetime) -> Report:
    at = read_time(call.timestamp, received_at)
    identity, number = f"stop:{call.transaction_id}", _transaction_id(call.transaction_id)
    if number is None:
        identity += f":{call.timestamp}:{call.meter_stop}"
    return TransactionReported(
        phase=Phase.ENDED,
        identity=identity,
        at=at,
        transaction_id=number,
        # A blank tag stopped it: whose does not matter, and a stop is never refused (§4.10).
        id_tag=normalised_token(call.id_tag or "") or None,
        meter_wh=None if call.meter_stop is None else max(call.meter_stop, 0),
        readings=(
            *readings_of(_registers(call.transaction_data or (), received_at), Told.TRANSACTION, at),
            *_register_at(at, call.meter_stop, Context.END, Told.STOP),
        ),
        stop_reason=call.reason or "Local",
    )


def _transaction_id(number: int | None) -> str | None:
    """0 and -1 stand for a transaction whose start we never answered: the charger has no number for it."""
    return None if number is None or number <= 0 else str(number)


def _diagnostics(call: Any, received_at: datetime) -> Report:
    return UploadReported(kind=UploadKind.LOG, status=call.status)


def _log(call: Any, received_at: datetime) -> Report:
    return UploadReported(kind=UploadKind.LOG, status=call.status, request_id=call.request_id)


def _firmware(call: Any, received_at: datetime) -> Report:
    return UploadReported(kind=UploadKind.FIRMWARE, status=call.status)


def _signed_firmware(call: Any, received_at: datetime) -> Report:
    return UploadReported(kind=UploadKind.FIRMWARE, status=call.status, request_id=call.request_id)


READS: dict[str, ReadCall] = {
    "Heartbeat": _heartbeat,
    "StatusNotification": _status,
    "MeterValues": _meter,
    "Authorize": _authorize,
    "StartTransaction": _start,
    "StopTransaction": _stop,
    "BootNotification": _boot,
    "DataTransfer": read_data_transfer,
    "SignCertificate": read_signing,
    "DiagnosticsStatusNotification": _diagnostics,
    "LogStatusNotification": _log,
    "FirmwareStatusNotification": _firmware,
    "SignedFirmwareStatusNotification": _signed_firmware,
}
