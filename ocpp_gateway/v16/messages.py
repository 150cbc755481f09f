"""OCPP 1.6 messages of the hot path as typed structs (part 2, §6 and §7). Unknown fields are ignored."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

IdTag = Annotated[str, Meta(max_length=20, min_length=1)]
Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Integer = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]

Status = Literal[
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEVSE",
    "SuspendedEV",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
]


class Heartbeat(Struct):
    pass


class Authorize(Struct, rename="camel"):
    id_tag: IdTag


class StatusNotification(Struct, rename="camel"):
    connector_id: Number
    error_code: Annotated[str, Meta(max_length=50)]
    status: Status
    timestamp: str | None = None
    info: Annotated[str, Meta(max_length=50)] | None = None


class SampledValue(Struct, rename="camel"):
    value: str
    measurand: str = "Energy.Active.Import.Register"
    unit: str = "Wh"
    phase: str | None = None
    format: str = "Raw"


class MeterValue(Struct, rename="camel"):
    timestamp: str
    sampled_value: list[SampledValue]


class MeterValues(Struct, rename="camel"):
    connector_id: Number
    meter_value: Annotated[list[MeterValue], Meta(min_length=1)]
    transaction_id: Integer | None = None


class StartTransaction(Struct, rename="camel"):
    connector_id: Annotated[int, Meta(gt=0, le=2**31 - 1)]
    id_tag: IdTag
    meter_start: Integer
    timestamp: str


class StopTransaction(Struct, rename="camel"):
    transaction_id: Integer
    meter_stop: Integer
    timestamp: str
    id_tag: IdTag | None = None
    reason: Annotated[str, Meta(max_length=50)] = "Local"
