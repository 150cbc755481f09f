"""Operators disputes: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from slotkeeper_client.shapes import Answer, Body, Open


class CaseState(StrEnum):
    """How a dispute stands for us, whatever words the provider has for it."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    ENDED = "ended"


class Decision(StrEnum):
    NONE = ""
    SUBMIT = "submit"
    ACCEPT = "accept"


class EvidenceState(StrEnum):
    NONE = "none"
    STAGED = "staged"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class AcceptIn(Body):
    reason: str


class ClaimIn(Body):
    reason: str


class DisputeOut(Answer):
    """What a payer's bank took back, or asks about."""

    dispute: str
    """The provider's id"""
    state: Open[CaseState]
    status: str
    """The same in the provider's words"""
    reason: str
    """What the payer says, in the provider's words"""
    reservation: str | None
    """null: the payment is not known here"""
    driver_id: str | None
    fleet_id: str | None
    site_id: str | None
    currency: str
    amount_minor: int
    """What is disputed, in minor units"""
    taken_minor: int
    """What the bank has of it now"""
    fee_minor: int
    """What the provider keeps for it besides, in `fee_currency`"""
    fee_currency: str
    """Of the balance there, which may be another one than the payment's"""
    charge: str
    """The provider's id of the disputed payment"""
    payment_intent: str | None
    opened_at: datetime
    changed_at: datetime
    due_by: datetime | None
    """Until then it can be answered; null: not at all"""
    closed_at: datetime | None
    evidence_state: Open[EvidenceState]
    evidence: dict[str, str]
    """What is staged or submitted, by the provider's own fields"""
    decision: Open[Decision]
    """What an operator decided; the provider hears of it then"""
    decided_by: str
    staged_at: datetime | None
    submitted_at: datetime | None
    reminded_at: datetime | None
    """When operators were told that the bank has no answer and `due_by` is near: two days before"""
    claimed_minor: int
    """What is claimed of the driver after it was lost, in its currency"""
    settled_minor: int
    """What of it was to go back to the driver anyway when the rest was claimed: nobody owes it"""
    claimed_at: datetime | None
    claimed_by: str
    lifted_at: datetime | None
    """When an operator let the driver of a lost one book again"""
    lifted_by: str


class DisputesOut(Answer):
    items: list[DisputeOut]
    next_cursor: str | None


class LiftIn(Body):
    reason: str


class SubmitIn(Body):
    text: str = ""
    """Your own words, before what was put together"""
