"""Money: payments at Stripe and the double-entry ledger.

Triggers (in the migrations) keep the ledger append-only, and refuse a transaction whose entries do not sum to
zero per currency, so that none is without a partner. Positive amounts are debits.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table

OPEN_PAYMENTS = (
    "intended",
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "requires_capture",
    "processing",
)
"""Statuses that hold money, or still could."""

IS_OPEN = f"status IN ({', '.join(map(repr, OPEN_PAYMENTS))})"
"""In SQL, as a query has to write it to be answered from the index of open payments."""


class Payment(Table):
    """One PaymentIntent. (reservation, step) is durable: the idempotency key derives from it."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("reservation_code", "step"),
        UniqueConstraint("payment_intent_id"),
        Index("ix_payments_open_by_code", "reservation_code", postgresql_where=IS_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reservation_code: Mapped[str]
    step: Mapped[str]
    """`deposit`, `deposit-2`…, `settle:remainder`…"""
    payment_intent_id: Mapped[str | None]
    currency: Mapped[str]
    amount_minor: Mapped[int]
    captured_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    refunded_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    status: Mapped[str]
    """Stripe's PaymentIntent status, or `declined` / `intended` (recorded before the first call)."""
    lapses_at: Mapped[datetime | None]
    """When Stripe gives back what is held by itself, as it said last."""
    updated_at: Mapped[datetime]
    generation: Mapped[int] = mapped_column(default=0, server_default="0")
    """Of its idempotency key: how often provably nothing had come of the one before."""
    claimed_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    """What its payer got back by a dispute that we lost, and keeps only so far as it was theirs: the rest is asked for
    again (`activities.money.dispute_claims`).
    """
    settled_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    """What its payer got back by a dispute that we lost and claim nothing of, and was to get back anyway
    (`activities.money.dispute_losses`).
    """
    void_reason: Mapped[str] = mapped_column(default="", server_default="")
    """Why it was to be given back when a bank had it by a dispute; empty: it was not."""

    @hybrid_property
    def paid_minor(self) -> int:
        """What is paid by it: taken, not given back by us, and not by a bank so that we ask for it again, or so that
        nothing is left to be given back.
        """
        return self.captured_minor - self.refunded_minor - self.claimed_minor - self.settled_minor


class LedgerTransaction(Table):
    """What was posted at once for one reason: of a reservation, its step, its driver and, where there is one, fleet."""

    __tablename__ = "ledger_transactions"
    __table_args__ = (
        Index("ix_ledger_transactions_posted_at_id", "posted_at", "id"),
        Index("ix_ledger_transactions_driver_id", "driver_id"),
        Index("ix_ledger_transactions_fleet_id", "fleet_id", postgresql_where="fleet_id IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """`{reservation}:{step}`: posting twice is impossible."""
    reservation_code: Mapped[str] = mapped_column(index=True)
    step: Mapped[str] = mapped_column(default="", server_default="")
    """What moved: a settlement's `settle`, `settle-2`, `follow-up-1`…, or `void-1`…"""
    driver_id: Mapped[str | None]
    """As the fleet, of the reservation's projection where the poster does not say it; a trigger sees to that."""
    fleet_id: Mapped[str | None]
    cause: Mapped[str]
    code: Mapped[str]
    """Of a fact of `domain.facts.ledger`."""
    parameters: Mapped[dict[str, Any]]
    posted_at: Mapped[datetime]
    posted_by: Mapped[int] = mapped_column(default=0, server_default="0")
    """The database's transaction that posted it, written by a trigger: only that one adds entries to it."""


class LedgerEntry(Table):
    """One side. What it stands for is `domain.money.accounts.Stand`, column by column."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="not_zero"),
        Index("ix_ledger_entries_transaction_id", "transaction_id"),
        Index("ix_ledger_entries_account", "account"),
        Index(
            "ix_ledger_entries_provider_object",
            "provider_object",
            postgresql_where="provider_object <> ''",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("ledger_transactions.id"))
    account: Mapped[str]
    """One of `domain.money.chart.ACCOUNTS`."""
    cause: Mapped[str] = mapped_column(default="", server_default="")
    line: Mapped[str] = mapped_column(default="", server_default="")
    """Kind of the settlement's line; its `position` is 0 where no one line stands behind the entry."""
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    provider_object: Mapped[str] = mapped_column(default="", server_default="")
    """The provider's id of the payment intent, refund or dispute that moved the money."""
    currency: Mapped[str]
    amount_minor: Mapped[int]
    """Debit positive, credit negative."""
