"""Credits over the wire: amounts in minor units."""

from datetime import datetime

from pydantic import Field

from api.v1.schemas.fields import Answer
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
    cause: str | None = Field(description="Why, by its code; null: for no cause", examples=["charger_fault"])
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


class OperatorsCreditsOut(Answer):
    items: list[OperatorsCreditOut]
    next_cursor: str | None
