"""Which connectors serve one car at a time, over the wire."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from api.v1.schemas.fields import Answer, Body, Identifier, Reason
from domain.charging.connector import MOST_PLUGS, ConnectorStatus

MOST_CONNECTORS = 64
Number = Annotated[int, Field(strict=True, ge=1, le=1000)]
_EXAMPLE: JsonDict = {
    "examples": [
        {
            "connectors": [{"number": 1, "bay": "Bay harbour-1"}],
            "one_at_a_time": [],
            "reason": "Seen on site: a cable of its own",
        }
    ]
}


class BesideOut(Answer):
    connector_id: int
    charger_id: str
    number: int


class PlugOut(Answer):
    connector: int = Field(description="OCPP 2.x connectorId, of the EVSE")
    type: str | None = Field(description="OCPI ConnectorType; null: not known")
    status: ConnectorStatus | None = Field(description="What it said last; null: nothing")


class TopologyConnectorOut(Answer):
    connector_id: int
    number: int = Field(description="OCPP 1.6 connectorId, 2.x evseId")
    pool_id: str
    bay: str | None = Field(
        description="The label on the ground; connectors of one bay serve one car at a time"
    )
    status: ConnectorStatus
    plugs: list[PlugOut] = Field(
        description="Of a 2.x EVSE, as declared or as its device model tells; of several types each can be booked"
    )
    plug_types_declared: bool
    beside: list[BesideOut] = Field(description="Cannot be used while this one is, of whatever charger")


class TopologyOut(Answer):
    site_id: str
    charger_id: str
    topology_declared_at: datetime | None = Field(
        description="When an operator did; null: a seed file's word counts"
    )
    one_at_a_time: list[list[int]] = Field(
        description="Groups of connectors that share an EVSE or a power cable"
    )
    connectors: list[TopologyConnectorOut]


class PlugIn(Body):
    connector: Annotated[int, Field(strict=True, ge=1, le=MOST_PLUGS)] = Field(
        description="OCPP 2.x connectorId, of the EVSE"
    )
    type: Identifier = Field(description="OCPI ConnectorType", examples=["CHADEMO"])


class ConnectorPlaceIn(Body):
    number: Number
    plugs: list[PlugIn] | None = Field(
        default=None,
        max_length=MOST_PLUGS,
        description="All of a 2.x EVSE, whatever its device model tells; null: as they are; none: what that tells",
    )
    bay: Identifier | None = Field(description="Null: none")


class DeclareTopologyIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra=_EXAMPLE)

    connectors: list[ConnectorPlaceIn] = Field(
        default=[], max_length=MOST_CONNECTORS, description="Who is not named keeps its bay"
    )
    one_at_a_time: list[Annotated[list[Number], Field(min_length=2, max_length=MOST_CONNECTORS)]] = Field(
        max_length=MOST_CONNECTORS,
        description="All groups of connectors that share an EVSE or a power cable; those of one bay need not be named",
    )
    reason: Reason = Field(min_length=1)

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if len({one.number for one in self.connectors}) < len(self.connectors):
            raise ValueError("a connector is named twice")
        return self


class WithdrawTopologyIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "The file has it now"}]}
    )

    reason: Reason = Field(min_length=1)
