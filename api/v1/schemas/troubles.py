"""Trouble over the wire."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from api.v1.schemas.fields import Answer, Body, Reason
from domain.charging.trouble import TroubleCause, TroubleEnd


class TroubleOut(Answer):
    """An interval in which a charger, or one of its connectors, was not well."""

    id: int
    site_id: str
    charger_id: str
    connector_id: int | None = Field(description="Null: the charger as a whole")
    connector_number: int | None
    plug: str = Field(
        description="OCPI type: of an EVSE, only its plugs of that type. Empty: the whole place",
        examples=["CHADEMO"],
    )
    cause: TroubleCause
    detail: str = Field(description="The charger's own error code", examples=["GroundFailure"])
    began_at: datetime
    noticed_at: datetime = Field(description="When we heard of it")
    ended_at: datetime | None = Field(description="Null: it stands")
    ended_by: TroubleEnd | Literal[""] = Field(
        description="`own_word`; of a whole charger also `all_connectors`, `booted`, `session`; `operator`"
    )
    end_reason: str = Field(description="The operator's words")


class TroublesOut(Answer):
    items: list[TroubleOut]
    next_cursor: str | None


class EndTroubleIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Seen on site: it works"}]}
    )

    reason: Reason = Field(min_length=1)
