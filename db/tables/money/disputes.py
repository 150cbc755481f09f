"""Disputes: what payers' banks took back or asked about, and what is answered until when."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Dispute(Table):
    """One at the provider, as it was when we last looked. Written under the lock of its id (`lock_ledger`)."""

    __tablename__ = "disputes"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="open_until_closed"),
        Index("ix_disputes_opened_at", "opened_at", "id"),
        Index("ix_disputes_reservation_code", "reservation_code"),
        Index("ix_disputes_driver_id", "driver_id"),
        Index("ix_disputes_open", "due_by", postgresql_where="state = 'open'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dispute_id: Mapped[str] = mapped_column(unique=True)
    """The provider's."""
    charge_id: Mapped[str]
    payment_intent_id: Mapped[str | None]
    reservation_code: Mapped[str] = mapped_column(default="", server_default="")
    """Empty: we do not know the payment."""
    driver_id: Mapped[str | None]
    fleet_id: Mapped[str | None]
    site_id: Mapped[str] = mapped_column(default="", server_default="")
    currency: Mapped[str]
    amount_minor: Mapped[int]
    """What is disputed."""
    taken_minor: Mapped[int]
    """What the bank has of it now."""
    fee_minor: Mapped[int]
    fee_currency: Mapped[str] = mapped_column(default="", server_default="")
    """Of the provider's balance, which may be another one than the payment's."""
    reason: Mapped[str]
    """In the provider's words, as is `status`."""
    status: Mapped[str]
    state: Mapped[str]
    """domain.money.movements.CaseState."""
    due_by: Mapped[datetime | None]
    """Until then it can be answered; None: not at all."""
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    evidence_state: Mapped[str] = mapped_column(default="none", server_default="none")
    """domain.money.dispute_evidence.EvidenceState."""
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """What is staged or submitted, by the provider's own fields."""
    added_text: Mapped[str] = mapped_column(default="", server_default="")
    """An operator's own words, beside what was put together."""
    decision: Mapped[str] = mapped_column(default="", server_default="")
    """domain.money.dispute_evidence.Decision, committed before the provider hears of it."""
    decided_by: Mapped[str] = mapped_column(default="", server_default="")
    decisions: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often an operator has decided: again, after the provider did not take it."""
    staged_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    """When operators were told that the bank has no answer and the time runs out; None again once one is decided, or
    refused.
    """
    lifted_at: Mapped[datetime | None]
    """When an operator let the driver of a lost one book again."""
    lifted_by: Mapped[str] = mapped_column(default="", server_default="")
    claimed_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    """What an operator asks the driver for again after it was lost, in the currency of the payment: of the bill that
    stood then. It stands while it is lost (`Payment.claimed_minor`, with `settled_minor`).
    """
    settled_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    """What of it was to go back to the driver anyway when the rest was claimed: the loss has settled it."""
    claimed_at: Mapped[datetime | None]
    claimed_by: Mapped[str] = mapped_column(default="", server_default="")
    changes: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it has changed here: who read the provider before somebody else wrote reads it again."""
