"""Documents: what was issued to people about their money, under numbers without gaps.

Triggers (in the migrations) keep documents as they were issued, count numbers up one by one, give none without a
document, and note each transaction of the ledger as due for one.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class DocumentNumber(Table):
    """The last number that an issuer gave: its row is locked until the document that has the next one is kept."""

    __tablename__ = "document_numbers"
    __table_args__ = (CheckConstraint("last_number >= 0", name="not_negative"),)

    issuer: Mapped[str] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class Document(Table):
    """Issued once, never changed: a mistake is put right by a further document."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("issuer", "number"),
        UniqueConstraint("issuer", "key"),
        CheckConstraint("number > 0", name="counted_from_one"),
        Index("ix_documents_driver_id", "driver_id", "issued_at"),
        Index("ix_documents_fleet_id", "fleet_id", "issued_at"),
        Index("ix_documents_issued_at", "issued_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str]
    """The series of numbers: what they begin with."""
    number: Mapped[int]
    key: Mapped[str]
    """What it is about, the same at each retry: reservation, step and kind."""
    content: Mapped[dict[str, Any]]
    """The facts as they stood when it was issued (domain.documents.content as JSON)."""
    issued_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(default="", server_default="")
    """domain.documents.content.DocumentKind."""
    reservation_code: Mapped[str | None] = mapped_column(index=True)
    driver_id: Mapped[str | None]
    fleet_id: Mapped[str | None]
    month: Mapped[str] = mapped_column(default="", server_default="")
    """In which its money was posted, on the operator's clock: 2026-11."""
    transaction_id: Mapped[int | None]
    """Of the ledger: it tells what was posted for the reservation up to this one, since the document before."""


class DocumentDue(Table):
    """A transaction of the ledger that no document tells of yet; gone once it is decided whether one does."""

    __tablename__ = "documents_due"

    transaction_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reservation_code: Mapped[str] = mapped_column(index=True)
    put_off_until: Mapped[datetime | None]
    """It could not be issued; it and the later ones of its reservation wait."""


class BillingNote(Table):
    """What whoever pays a reservation wants to find on its documents."""

    __tablename__ = "billing_notes"

    reservation_code: Mapped[str] = mapped_column(primary_key=True)
    cost_center: Mapped[str] = mapped_column(default="", server_default="")
    reference: Mapped[str] = mapped_column(default="", server_default="")
    changed_at: Mapped[datetime]


class BillingParty(Table):
    """A business, as its invoices have to name it: a fleet, or a driver who is one."""

    __tablename__ = "billing_parties"
    __table_args__ = (CheckConstraint("kind IN ('driver', 'fleet')", name="known_kind"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str]
    """Its lines, divided by line breaks."""
    country: Mapped[str]
    tax_id: Mapped[str] = mapped_column(default="", server_default="")
    changed_at: Mapped[datetime]


class StatementDocument(Table):
    """A document that stands on a monthly statement, which is a document itself."""

    __tablename__ = "statement_documents"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("documents.id"), primary_key=True, autoincrement=False
    )
    statement_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
