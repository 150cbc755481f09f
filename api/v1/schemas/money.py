"""What a reservation has cost, over the wire: amounts in minor units."""

from api.v1.schemas.fields import Answer


class LineOut(Answer):
    kind: str
    text: str
    cause: str
    amount_minor: int


class MoneySummaryOut(Answer):
    """Minor units of `currency`; null until settled."""

    currency: str
    deposit_minor: int
    payment_status: str
    charge_minor: int | None
    captured_minor: int | None
    credit_minor: int | None
    outstanding_minor: int | None
    lines: list[LineOut]
