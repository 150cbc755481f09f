"""Accounts that pay by invoice, once a month: what they may owe, and the bank transfers that they paid by.

A trigger (in the migrations) counts what the ledger posts for an account into `open_minor`, which nothing else writes;
transfers are append-only.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class InvoiceAccount(Table):
    """Of a fleet, or a tenant, whose drivers book without a card. As who it is named: its billing party."""

    __tablename__ = "invoice_accounts"
    __table_args__ = (
        CheckConstraint("days_to_pay >= 0", name="days_to_pay"),
        CheckConstraint("limit_minor >= 0", name="limit"),
    )

    fleet_id: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str]
    """Of all that is ever posted to it."""
    days_to_pay: Mapped[int]
    """From the end of the month of a statement."""
    limit_minor: Mapped[int | None]
    """Once so much is open or expected of what is booked, nothing more is booked on it; None: there is no limit."""
    active: Mapped[bool]
    open_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    """What it owes, by the ledger; negative: it has paid more."""
    changed_at: Mapped[datetime]


class InvoiceTransfer(Table):
    """A bank transfer, as a person booked it in."""

    __tablename__ = "invoice_transfers"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="not_zero"),
        Index("ix_invoice_transfers_fleet_id", "fleet_id", "booked_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    """The bank's, of this movement: it is booked in once."""
    fleet_id: Mapped[str] = mapped_column(ForeignKey("invoice_accounts.fleet_id"))
    currency: Mapped[str]
    amount_minor: Mapped[int]
    """Negative: it went back."""
    open_before_minor: Mapped[int]
    """What the account owed when it was booked in."""
    received_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="", server_default="")
    booked_by: Mapped[str]
    booked_at: Mapped[datetime]
