"""Debts over the wire."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from api.v1.schemas.fields import Answer, Body, Reason
from domain.money.declines import DebtReason
from domain.settlement.debts import DebtState, WaitsFor


class DebtOut(Answer):
    """What is still to be paid for a reservation."""

    reservation: str
    state: DebtState
    currency: str
    outstanding_minor: int = Field(description="Still to be paid, in minor units")
    amount_minor: int = Field(description="The most that was ever owed")
    since: datetime
    reason: DebtReason = Field(description="Why it could not be charged the last time")
    why: str = Field(description="The same for people", examples=["the card has insufficient funds"])
    attempts: int = Field(description="How often the card was tried again")
    next_attempt_at: datetime | None = Field(description="When it is tried again; null: it is not")
    pay: str | None = Field(description="Where to ask for something to pay with; null: nothing is owed")
    closed_at: datetime | None


class DebtsOut(Answer):
    items: list[DebtOut]
    next_cursor: str | None


class OperatorsDebtOut(DebtOut):
    driver_id: str
    fleet_id: str | None
    site_id: str
    waits_for: WaitsFor | Literal[""] = Field(
        description="`attempt`, `driver`, `operator`; empty: for nothing", examples=["driver"]
    )
    decline_code: str = Field(description="The provider's own code", examples=["insufficient_funds"])
    written_off_minor: int
    decided_by: str = Field(description="Who wrote it off")
    decision_reason: str


class OperatorsDebtsOut(Answer):
    items: list[OperatorsDebtOut]
    next_cursor: str | None


class DebtPaymentOut(Answer):
    """What the app completes with the provider's own form. Once it is paid, the debt closes by itself."""

    reservation: str
    currency: str
    amount_minor: int
    payment_intent_id: str
    client_secret: str


class WriteOffIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Insolvent, file 12/26"}]}
    )

    reason: Reason = Field(min_length=1)
