"""What charging has come to while it goes on, over the wire."""

from datetime import datetime

from pydantic import Field

from api.v1.schemas.fields import Answer, MoneyOut
from api.v1.schemas.money import LineOut


class ChargedByOut(Answer):
    at: datetime
    energy_wh: int = Field(description="Of all that was charged by then")


class ChargingNowOut(Answer):
    """`energy_wh` 0 without `points`: nothing has begun, or the receipt of the reservation tells what it came to."""

    energy_wh: int
    power_w: int | None = Field(
        description="Between the last two readings; null: nothing runs, or nobody knows"
    )
    cost: MoneyOut | None = Field(
        description="With the fee and tax, as far as they are due by now, by the rules that will bill it"
    )
    lines: list[LineOut]
    points: list[ChargedByOut] = Field(description="A few of the readings, the first first")
