"""What became of a reservation's payments, over the wire: amounts in minor units."""

from datetime import datetime

from pydantic import Field

from api.v1.schemas.fields import Answer
from domain.money.payment_story import PaymentState


class PaymentOut(Answer):
    """One hold or charge on a card. Instants are null where that never happened."""

    step: str = Field(description="What for", examples=["deposit"])
    state: PaymentState
    text: str = Field(description="The same for people")
    reference: str | None = Field(
        description="The payment provider's: what it and your bank are asked by", examples=["pi_3Q…"]
    )
    currency: str
    amount_minor: int
    placed_at: datetime | None
    taken_minor: int
    taken_at: datetime | None
    released_minor: int
    released_at: datetime | None
    given_back_minor: int
    given_back_at: datetime | None


class PaymentsOut(Answer):
    items: list[PaymentOut]
