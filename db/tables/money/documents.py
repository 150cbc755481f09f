"""Documents: what was issued to people about their money, under numbers without gaps."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
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
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str]
    number: Mapped[int]
    key: Mapped[str]
    """What it is about, the same at each retry: reservation, step and kind."""
    content: Mapped[dict[str, Any]]
    """The facts as they stood when it was issued, as JSON."""
    issued_at: Mapped[datetime]
