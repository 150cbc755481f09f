"""What refunds could not bring, given back another way. A trigger (in the migrations) keeps it append-only."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Return(Table):
    """Owed to the driver of a settled or undone reservation, and given; written under the lock of its money."""

    __tablename__ = "returns"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint("(way = 'credit') = (credit_id IS NOT NULL)", name="credited"),
        Index("ix_returns_reservation_code", "reservation_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    """The bank's of the transfer, or the operator's own: nothing is given twice."""
    reservation_code: Mapped[str]
    way: Mapped[str]
    """domain.money.returns.ReturnWay."""
    currency: Mapped[str]
    amount_minor: Mapped[int]
    credit_id: Mapped[int | None] = mapped_column(ForeignKey("credits.id"))
    reason: Mapped[str]
    decided_by: Mapped[str]
    request_id: Mapped[int | None]
    """The money request that a second person has approved; none was needed otherwise."""
    after_settlement: Mapped[int]
    """The newest settlement then: its receipt knows of it, and those that follow. 0: there was none."""
    at: Mapped[datetime]
