"""What the last comparison with the payment provider has found, over the wire. Sums in minor units by currency."""

from datetime import datetime

from pydantic import Field

from api.v1.schemas.fields import Answer
from contracts.provider_reconciliation import MoneyDifference
from contracts.reconciliation import Unsettled


class MoneyFindingOut(Answer):
    kind: MoneyDifference
    provider_object: str = Field(
        examples=["pi_3Q"], description="The provider's id: payment, dispute or event"
    )
    reservation_code: str | None
    currency: str | None
    ours_minor: int
    theirs_minor: int
    repaired: bool = Field(description="False: somebody has to look at it")
    why: Unsettled | None = Field(description="Of `not_settled`: why it could not be settled")


class MoneyReportOut(Answer):
    began_at: datetime
    examined: dict[str, int] = Field(description="The provider's objects by kind")
    provider: dict[str, int] = Field(
        description="What drivers have paid by the payments examined, as it says"
    )
    ledger: dict[str, int] = Field(description="The same, as our ledger says")
    clearing: dict[str, int] = Field(description="All that stands in clearing, of whenever it is")
    differences: dict[str, int] = Field(description="How many of each kind")
    repaired: int
    findings: list[MoneyFindingOut] = Field(
        description="The first 200; what somebody has to look at comes first"
    )


class ReconciliationOut(Answer):
    report: MoneyReportOut | None = Field(description="null: no comparison has come to its end yet")
