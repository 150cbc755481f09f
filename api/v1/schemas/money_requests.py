"""Money that one person asks to give away and another one decides about, over the wire."""

from datetime import datetime

from pydantic import ConfigDict, Field

from api.v1.schemas.fields import Answer, Body, Reason
from domain.money.authority import RequestKind, RequestState


class MoneyRequestOut(Answer):
    """Waits until another person than `asked_by` approves or refuses it."""

    number: int
    kind: RequestKind
    subject: str = Field(description="The reservation of a refund, the driver of a grant, or the dispute")
    currency: str
    amount_minor: int
    reason: str
    asked_by: str
    asked_at: datetime
    state: RequestState
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str


class MoneyRequestsOut(Answer):
    items: list[MoneyRequestOut]
    next_cursor: str | None


class DecisionIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "The charger log bears it out"}]}
    )

    reason: Reason = Field(min_length=1)
