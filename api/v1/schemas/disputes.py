"""Disputes over the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from api.v1.schemas.fields import LINES, Answer, Body, Reason
from domain.money.dispute_evidence import Decision, EvidenceState
from domain.money.movements import CaseState

Words = Annotated[str, StringConstraints(max_length=10_000, pattern=LINES)]


class DisputeOut(Answer):
    """What a payer's bank took back, or asks about."""

    dispute: str = Field(description="The provider's id", examples=["du_1MtJUT2eZvKYlo2CNaw2HvEv"])
    state: CaseState
    status: str = Field(description="The same in the provider's words", examples=["needs_response"])
    reason: str = Field(description="What the payer says, in the provider's words", examples=["fraudulent"])
    reservation: str | None = Field(description="null: the payment is not known here")
    driver_id: str | None
    fleet_id: str | None
    site_id: str | None
    currency: str
    amount_minor: int = Field(description="What is disputed, in minor units")
    taken_minor: int = Field(description="What the bank has of it now")
    fee_minor: int = Field(description="What the provider keeps for it besides, in `fee_currency`")
    fee_currency: str = Field(description="Of the balance there, which may be another one than the payment's")
    charge: str = Field(description="The provider's id of the disputed payment", examples=["ch_1Mt"])
    payment_intent: str | None
    opened_at: datetime
    changed_at: datetime
    due_by: datetime | None = Field(description="Until then it can be answered; null: not at all")
    closed_at: datetime | None
    evidence_state: EvidenceState
    evidence: dict[str, str] = Field(description="What is staged or submitted, by the provider's own fields")
    decision: Decision = Field(description="What an operator decided; the provider hears of it then")
    decided_by: str
    staged_at: datetime | None
    submitted_at: datetime | None
    reminded_at: datetime | None = Field(
        description="When operators were told that the bank has no answer and `due_by` is near: two days before"
    )
    claimed_minor: int = Field(description="What is claimed of the driver after it was lost, in its currency")
    settled_minor: int = Field(
        description="What of it was to go back to the driver anyway when the rest was claimed: nobody owes it"
    )
    claimed_at: datetime | None
    claimed_by: str
    lifted_at: datetime | None = Field(description="When an operator let the driver of a lost one book again")
    lifted_by: str


class DisputesOut(Answer):
    items: list[DisputeOut]
    next_cursor: str | None


class SubmitIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"text": "The customer confirmed the session by phone."}]},
    )

    text: Words = Field("", description="Your own words, before what was put together")


class AcceptIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "Wrong bay"}]})

    reason: Reason = Field(min_length=1)


class ClaimIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "The session was delivered"}]}
    )

    reason: Reason = Field(min_length=1)


class LiftIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Paid by bank transfer"}]}
    )

    reason: Reason = Field(min_length=1)
