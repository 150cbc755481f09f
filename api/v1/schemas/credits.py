"""Credits over the wire: amounts in minor units."""

from datetime import datetime

from pydantic import ConfigDict, Field

from api.desk.credit_grants import GrantOrder
from api.v1.schemas.fields import Answer, Body, Identifier, Instant, Reason
from api.v1.schemas.money_requests import MoneyRequestOut
from domain.causes import Cause
from domain.money.amount import Money
from domain.money.credits import CreditOrigin


class CreditUseOut(Answer):
    """A reservation's bill that it pays; what was given back since is not in it."""

    reservation: str
    amount_minor: int
    at: datetime


class CreditOut(Answer):
    """What a driver was given on account. It pays their next bills of that currency, the soonest to expire first."""

    id: int
    currency: str
    amount_minor: int = Field(description="Given in all")
    left_minor: int = Field(description="Still to be spent")
    expired_minor: int
    origin: CreditOrigin
    text: str = Field(description="What it was given for", examples=["a reservation that could not be kept"])
    cause: Cause | None = Field(
        description="Why, by its code; null: for no cause", examples=["charger_fault"]
    )
    cause_text: str | None = Field(examples=["a charger fault"])
    reservation: str | None = Field(description="The one it was given for; null: for none")
    granted_at: datetime
    expires_at: datetime | None = Field(description="Until when it can be spent; null: for ever")
    uses: list[CreditUseOut]


class CreditsOut(Answer):
    items: list[CreditOut]
    next_cursor: str | None


class OperatorsCreditOut(CreditOut):
    driver_id: str
    reason: str = Field(description="In the words of whoever granted it")
    granted_by: str = Field(description="The operator; empty: a bill gave it")
    approved_by: str = Field(description="The second person; empty: none was needed")


class GrantIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"amount_minor": 1000, "currency": "EUR", "reason": "Waited an hour on the phone"}]
        },
    )

    amount_minor: int = Field(strict=True, ge=1, le=10**12)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    reason: Reason = Field(min_length=1)
    reservation: Identifier | None = Field(
        default=None, description="What it makes good; its own bill is not paid by it"
    )
    expires_at: Instant | None = Field(default=None, description="Until when it can be spent; null: for ever")

    def order(self) -> GrantOrder:
        return GrantOrder(
            amount=Money(self.amount_minor, self.currency),
            reason=self.reason,
            reservation=self.reservation,
            expires_at=self.expires_at,
        )


class GrantOut(Answer):
    """`credit`: it is given. `request`: a second person has to agree, at /v1/operations/money-requests."""

    credit: OperatorsCreditOut | None = None
    request: MoneyRequestOut | None = None


class OperatorsCreditsOut(Answer):
    items: list[OperatorsCreditOut]
    next_cursor: str | None
