"""Refunds after the settlement over the wire."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from api.v1.schemas.fields import Answer, Body, Reason
from api.v1.schemas.money_requests import MoneyRequestOut
from domain.money.lines import LineKind
from domain.money.refunds import RefundCause, RefundSource


class RefundIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"position": 2, "cause": "not_working", "reason": "The cable was hot, file 12/26"}]
        },
    )

    amount_minor: int | None = Field(
        default=None,
        strict=True,
        ge=1,
        le=2**53,
        description="With tax, in minor units of the bill's currency; null: all there is",
    )
    position: int | None = Field(
        default=None,
        strict=True,
        ge=1,
        le=1000,
        description="Of the line on the newest bill; null: of the whole bill",
    )
    cause: RefundCause
    reason: Reason = Field(min_length=1)


class RefundOut(Answer):
    """Decided. Its money moves within a minute: what the card paid goes back to it, then credits revive."""

    number: int
    reservation: str
    source: RefundSource = Field(
        description="`operator`, or `dashboard`: the payment provider's", examples=["operator"]
    )
    currency: str
    amount_minor: int = Field(
        description="With tax, by what the bill falls. Negative: a refund of the dashboard has failed"
    )
    owed_minor: int = Field(
        description="What of a refund of the dashboard paid what was owed to the driver already: the bill stays"
    )
    line: LineKind | None = Field(description="Kind of the line that it gives back; null: of the whole bill")
    position: int | None
    cause: RefundCause | Literal[""]
    reason: str
    decided_by: str
    decided_at: datetime
    request: int | None = Field(description="The request that a second person approved")
    provider_object: str
    settled: bool = Field(description="Is it in a settlement that is done?")


class RefundsOut(Answer):
    items: list[RefundOut]


class RefundAnswerOut(Answer):
    """One of the two: `refund` (201), or `request` (202), which another person decides."""

    refund: RefundOut | None
    request: MoneyRequestOut | None
