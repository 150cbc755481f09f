"""What a reservation has cost, over the wire: amounts in minor units."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.v1.schemas.fields import Answer
from domain.causes import Cause
from domain.money.credits import CreditOrigin
from domain.money.lines import Limit, LineKind, Unit
from domain.reservation.lifecycle import DepositState


class QuantityOut(Answer):
    """`count` of `unit` (watt_hour, minute, step) at `unit_price_minor` for a kWh, a minute or a step."""

    count: int
    unit: Unit
    unit_price_minor: int


class LineConnectorOut(Answer):
    charger_id: str
    connector_number: int
    bay: str | None


class LineOut(Answer):
    """`amount_minor`: net of tax; the quantity times its price, rounded once, unless `limited_by` is `policy_cap`."""

    kind: LineKind
    text: str
    cause: Cause
    amount_minor: int
    quantity: QuantityOut | None
    connector: LineConnectorOut | None
    tax_basis_points: int | None = Field(description="Of a line of tax: 1900 is 19 %")
    limited_by: Limit | None = Field(
        description="`policy_cap`, `connector_power` or `accepted`: why it is less than what was measured"
    )


class CreditSpentOut(Answer):
    """Of one of the driver's credits, so much paid this bill."""

    credit: int = Field(description="Its id, as in /v1/credits")
    amount_minor: int
    origin: CreditOrigin
    text: str = Field(description="What it was given for", examples=["a reservation that could not be kept"])
    reservation: str | None = Field(description="The one it was given for; null: granted by an operator")


class MoneySummaryOut(Answer):
    """Minor units of `currency`; null until settled."""

    currency: str
    deposit_minor: int
    fee_minor: int | None = Field(
        description="The reservation fee that is taken at booking, with its tax; null: none is"
    )
    payment_status: DepositState | Literal[""] = Field(
        description="Of the deposit or of that fee: `authorised` is held, `taken` is paid; empty: nothing to tell"
    )
    authorised_from: datetime | None = Field(
        description="The card is saved and nothing is held yet: when it is authorised"
    )
    payment_due_at: datetime | None = Field(
        description="Until when the driver has to pay, or to confirm the payment to their bank"
    )
    charge_minor: int | None
    captured_minor: int | None
    credit_minor: int | None = Field(description="Given with this bill")
    credit_spent_minor: int | None = Field(description="Of the charge, what credits of before have paid")
    credits_spent: list[CreditSpentOut]
    invoiced_minor: int | None = Field(
        description="What it comes to on the fleet's account, less what is credited; null: it is not invoiced"
    )
    outstanding_minor: int | None = Field(
        description="What the driver still owes; negative: owed to them, as it could not be given back"
    )
    returned_minor: int | None = Field(
        description="Of what was captured, what went back another way: by bank transfer, or as a credit"
    )
    lines: list[LineOut]
