"""A fleet's cost centers and budgets over the wire."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import ConfigDict, Field

from api.desk.budgets import BudgetOrder
from api.v1.schemas.fields import Answer, Body, MoneyOut, ShortText
from domain.terms.budgets import WHOLE_FLEET

_LARGEST = 10**12
CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"
_NO_CENTER = "-"
CenterCode = Annotated[
    str, Path(pattern=CODE, examples=["4711"], description="As it stands on documents: it stays as it is")
]
BudgetOf = Annotated[
    str,
    Path(
        pattern=r"^(-|[A-Za-z0-9][A-Za-z0-9._-]{0,31})$",
        examples=["4711"],
        description="A cost center, or `-`: the whole fleet",
    ),
]


def center_of(named: str) -> str:
    """As budgets know it."""
    return WHOLE_FLEET if named == _NO_CENTER else named


class CostCenterIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Parcels, north"}]})

    name: ShortText
    ended: bool = Field(default=False, strict=True, description="true: nothing new is booked on it")


class FleetCostCenterOut(Answer):
    code: str
    name: str
    made_at: datetime
    ended_at: datetime | None = Field(description="null: it goes on")


class CostCentersOut(Answer):
    items: list[FleetCostCenterOut]


class BudgetIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"limit_minor": 150_000, "hard": True}]}
    )

    limit_minor: int = Field(
        strict=True, ge=0, le=_LARGEST, description="A month, in the currency of the fleet's invoice account"
    )
    hard: bool = Field(
        strict=True,
        description="true: what would pass it is refused (`budget_exceeded`); false: the fleet is told at 80 and 100 %",
    )

    def order(self) -> BudgetOrder:
        return BudgetOrder(limit_minor=self.limit_minor, hard=self.hard)


class BudgetOut(Answer):
    cost_center: str = Field(description="Empty: the whole fleet")
    limit: MoneyOut
    hard: bool


class BudgetUseOut(BudgetOut):
    """Of one month: the reservations whose slot begins in it, on the clock of their site."""

    spent: MoneyOut = Field(description="On the fleet's invoice account, by the ledger")
    promised: MoneyOut = Field(description="What bookings that are not billed yet are expected to come to")
    percent: int


class BudgetUsesOut(Answer):
    items: list[BudgetUseOut]


class FleetChargeOut(Answer):
    reservation: str
    driver_id: str
    site_id: str
    start: datetime
    end: datetime
    cost_center: str = Field(description="Empty: none")
    spent: MoneyOut
    promised: MoneyOut


class FleetChargesOut(Answer):
    items: list[FleetChargeOut]
    complete: bool = Field(description="false: the month has more than are told")


class FleetMonthOut(Answer):
    """The reservations whose slot begins in it, on the clock of their site."""

    month: str = Field(examples=["2026-11"])
    count: int
    spent: MoneyOut = Field(description="On the fleet's invoice account, by the ledger")
    promised: MoneyOut = Field(description="What bookings that are not billed yet are expected to come to")


class FleetMonthsOut(Answer):
    items: list[FleetMonthOut] = Field(description="None without an invoice account")
