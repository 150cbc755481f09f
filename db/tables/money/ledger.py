"""Money: payments at Stripe and the double-entry ledger.

A deferred constraint trigger (in the migrations) refuses a ledger transaction whose entries do not sum to
zero per currency. Positive amounts are debits.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
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
    """`deposit` or `remainder`."""
    payment_intent_id: Mapped[str | None]
    currency: Mapped[str]
    amount_minor: Mapped[int]
    captured_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    refunded_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    status: Mapped[str]
    """Stripe's PaymentIntent status, or `declined` / `intended` (recorded before the first call)."""
    updated_at: Mapped[datetime]


class LedgerTransaction(Table):
    __tablename__ = "ledger_transactions"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """`{reservation}:{step}`: posting twice is impossible."""
    reservation_code: Mapped[str] = mapped_column(index=True)
    cause: Mapped[str]
    code: Mapped[str]
    """Of a fact of `domain.facts.ledger`."""
    parameters: Mapped[dict[str, Any]]
    posted_at: Mapped[datetime]


class LedgerEntry(Table):
    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="not_zero"),
        Index("ix_ledger_entries_transaction_id", "transaction_id"),
        Index("ix_ledger_entries_account", "account"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("ledger_transactions.id"))
    account: Mapped[str]
    """driver_receivable, stripe_clearing, driver_credit, revenue:<kind>, tax_payable, compensation_expense"""
    currency: Mapped[str]
    amount_minor: Mapped[int]
    """Debit positive, credit negative."""
