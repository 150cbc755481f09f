"""What refunds could not bring, given another way, over the wire."""

from datetime import datetime

from pydantic import ConfigDict, Field

from api.v1.schemas.fields import Answer, Body, Identifier, Reason
from api.v1.schemas.money_requests import MoneyRequestOut
from domain.money.returns import ReturnWay


class ReturnIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "way": "bank_transfer",
                    "reference": "2026-11-30/000188",
                    "reason": "The card was closed; IBAN by mail, file 12/26",
                }
            ]
        },
    )

    way: ReturnWay = Field(description="`bank_transfer`, or `credit`: it pays the driver's next bill")
    reference: Identifier = Field(
        description="Of the transfer, as the bank has it; or your own. The same again is the same return"
    )
    amount_minor: int | None = Field(
        default=None,
        strict=True,
        ge=1,
        le=2**53,
        description="In minor units of the bill's currency; null: all that is owed",
    )
    reason: Reason = Field(min_length=1)


class ReturnOut(Answer):
    """Booked, and told to the driver. No refund pays it again."""

    id: int
    reservation: str
    way: ReturnWay
    reference: str
    currency: str
    amount_minor: int
    credit: int | None = Field(description="The driver's credit that it became")
    reason: str
    decided_by: str
    decided_at: datetime
    request: int | None = Field(description="The request that a second person approved")


class ReturnsOut(Answer):
    currency: str
    owed_minor: int = Field(description="Still to be given to the driver")
    items: list[ReturnOut]


class ReturnAnswerOut(Answer):
    """One of the two: `returned` (201), or `request` (202), which another person decides."""

    returned: ReturnOut | None
    request: MoneyRequestOut | None
