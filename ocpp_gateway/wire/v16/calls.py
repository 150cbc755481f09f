"""OCPP 1.6: from the wire to reports (part 2, §6; security whitepaper for logs and signed firmware)."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.charging.connector import ConnectorStatus
from domain.charging.tokens import normalised_token
from ocpp_gateway.wire.energy_register import REGISTER, Sample, register_wh
from ocpp_gateway.wire.problems import MessageProblem, OcppProblem
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
from ocpp_gateway.wire.timestamps import read_time
from ocpp_gateway.wire.version import ReadCall, read_data_transfer, read_token

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
    return TokenPresented(id_tag=read_token(call.id_tag))


def _status(call: Any, received_at: datetime) -> Report:
    return StatusReported(
        connector_number=call.connector_id,
        status=STATUSES[call.status],
        at=read_time(call.timestamp, received_at),
        error_code="" if call.error_code in (None, "NoError") else call.error_code,
    )


def _meter(call: Any, received_at: datetime) -> Report:
    return MeterReported(
        connector_number=call.connector_id,
        transaction_id=_transaction_id(call.transaction_id),
        meter_wh=register_wh(_registers(call.meter_value or ())),
        at=read_time(call.meter_value[-1].timestamp if call.meter_value else None, received_at),
    )


def _registers(values: Iterable[Any]) -> Iterable[Sample]:
    for entry in values:
        for sample in entry.sampled_value or ():
            is_raw = sample.format is None or sample.format == "Raw"
            if is_raw and (sample.measurand is None or sample.measurand == REGISTER):
                yield Sample(
                    _number(sample.value), sample.unit or "Wh", sample.phase, location=sample.location
                )


def _number(text: str | None) -> float:
    """NaN for what is no number: one odd sample does not spoil the message."""
    try:
        return float(text or "")
    except ValueError:
        return float("nan")


def _start(call: Any, received_at: datetime) -> Report:
    if call.connector_id == 0:
        raise OcppProblem(MessageProblem.WRONG_VALUE, "a transaction runs on a connector, not on 0 (§6.45)")
    id_tag = read_token(call.id_tag)
    fingerprint = f"{call.connector_id}|{id_tag}|{call.meter_start}|{call.timestamp}"
    at = read_time(call.timestamp, received_at)
    return TransactionReported(
        phase=Phase.STARTED,
        # 1.6 gives a start no number of its own: these four together are what a charger repeats.
        identity="start:" + hashlib.sha256(fingerprint.encode()).hexdigest()[:32],
        at=at,
        clock_unset=at == received_at,
        connector_number=call.connector_id,
        id_tag=id_tag,
        meter_wh=None if call.meter_start is None else max(call.meter_start, 0),
    )


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
    "DiagnosticsStatusNotification": _diagnostics,
    "LogStatusNotification": _log,
    "FirmwareStatusNotification": _firmware,
    "SignedFirmwareStatusNotification": _signed_firmware,
}
