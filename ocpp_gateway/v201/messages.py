"""OCPP 2.0.1 messages of the hot path as typed structs (part 2). Unknown fields are ignored."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]
TokenType = Literal[
    "Central", "eMAID", "ISO14443", "ISO15693", "KeyCode", "Local", "MacAddress", "NoAuthorization"
]


class Heartbeat(Struct):
    pass


class IdToken(Struct, rename="camel"):
    id_token: Annotated[str, Meta(max_length=36)]
    type: TokenType


class Authorize(Struct, rename="camel"):
    id_token: IdToken


class StatusNotification(Struct, rename="camel"):
    timestamp: str
    connector_status: Literal["Available", "Occupied", "Reserved", "Unavailable", "Faulted"]
    evse_id: Number
    connector_id: Number


class UnitOfMeasure(Struct, rename="camel"):
    unit: Annotated[str, Meta(max_length=20)] = "Wh"
    multiplier: int = 0


class SampledValue(Struct, rename="camel"):
    value: float
    measurand: str = "Energy.Active.Import.Register"
    phase: str | None = None
    unit_of_measure: UnitOfMeasure | None = None


class MeterValue(Struct, rename="camel"):
    timestamp: str
    sampled_value: Annotated[list[SampledValue], Meta(min_length=1)]


class MeterValues(Struct, rename="camel"):
    evse_id: Number
    meter_value: Annotated[list[MeterValue], Meta(min_length=1)]


class Evse(Struct, rename="camel"):
    id: Number
    connector_id: Number | None = None


class TransactionInfo(Struct, rename="camel"):
    transaction_id: Annotated[str, Meta(min_length=1, max_length=36)]
    charging_state: Literal["Charging", "EVConnected", "SuspendedEV", "SuspendedEVSE", "Idle"] | None = None
    stopped_reason: Annotated[str, Meta(max_length=50)] | None = None


class TransactionEvent(Struct, rename="camel"):
    event_type: Literal["Started", "Updated", "Ended"]
    timestamp: str
    trigger_reason: Annotated[str, Meta(max_length=50)]
    seq_no: Number
    transaction_info: TransactionInfo
    evse: Evse | None = None
    id_token: IdToken | None = None
    meter_value: Annotated[list[MeterValue], Meta(min_length=1)] | None = None
