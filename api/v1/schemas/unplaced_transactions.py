"""Ends of transactions that found no session, over the wire."""

from datetime import datetime

from pydantic import ConfigDict, Field

from api.v1.schemas.fields import Answer, Body, Identifier, Instant, Reason

LARGEST_WH = 2**31 - 1


class UnplacedTransactionOut(Answer):
    """A charger told that a transaction ended, and of no start that it can belong to."""

    id: int
    site_id: str
    charger_id: str
    transaction_id: str | None = Field(description="As the charger calls it; null: it names none")
    id_tag: str = Field(description="The last characters of the card that it named; empty: none")
    driver_id: str | None = Field(description="Whose card that is, as far as it is known")
    ended_at: datetime
    meter_wh: int | None
    begun_at: datetime | None = Field(
        description="Of its start, where that was told, but not on which connector"
    )
    meter_start_wh: int | None = Field(description="What that start showed")
    stop_reason: str
    heard_at: datetime
    placed_at: datetime | None = Field(description="When its session was found, or given to it")
    session_id: int | None
    dismissed_at: datetime | None
    decided_by: str = Field(description="The operator; empty: its session was found, or nothing is decided")
    reason: str = Field(description="The operator's words")


class UnplacedTransactionsOut(Answer):
    items: list[UnplacedTransactionOut]
    next_cursor: str | None


class PlaceTransactionIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"reservation_code": "7F3K-2QVM-X9TA", "reason": "The driver has called: it was her"}
            ]
        },
    )

    reservation_code: Identifier | None = Field(default=None, description="Whose it was; null: a walk-in's")
    connector_id: int | None = Field(
        default=None,
        strict=True,
        ge=1,
        le=2**63 - 1,
        description="Where it ran; null: where the reservation had its place, or the charger's only one",
    )
    started_at: Instant | None = Field(
        default=None, description="Null: as told (`begun_at`), else no time is billed"
    )
    meter_start_wh: int | None = Field(
        default=None,
        strict=True,
        ge=0,
        le=LARGEST_WH,
        description="Null: as told (`meter_start_wh`), else no energy is billed",
    )
    reason: Reason = Field(min_length=1)


class DismissTransactionIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "A test of the technician"}]}
    )

    reason: Reason = Field(min_length=1)
