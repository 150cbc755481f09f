"""Offers to swap one's slot for another one."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class SwapOfferRow(Table):
    """By its code, which the one who offers hands on. Taken once, by one reservation. Never removed."""

    __tablename__ = "swap_offers"
    __table_args__ = (
        CheckConstraint("gives_start < gives_end AND wants_start < wants_end", name="slots"),
        CheckConstraint("(taken_by IS NULL) = (taken_at IS NULL)", name="taken"),
        CheckConstraint("taken_by IS NULL OR withdrawn_at IS NULL", name="one_end"),
        Index("ix_swap_offers_reservation_code", "reservation_code", "made_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    reservation_code: Mapped[str]
    hold_id: Mapped[int] = mapped_column(ForeignKey("holds.id"))
    pool_id: Mapped[str] = mapped_column(ForeignKey("pools.id"))
    gives_start: Mapped[datetime]
    gives_end: Mapped[datetime]
    wants_start: Mapped[datetime]
    wants_end: Mapped[datetime]
    terms: Mapped[dict[str, Any]]
    """domain.terms.accepted.Terms as JSON: of the reservation, as they were accepted; once taken, of its new slot."""
    accepted: Mapped[dict[str, Any]]
    """domain.settlement.moved_prices.AcceptedPrices as JSON."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    taken_by: Mapped[str | None]
    """The code of the other reservation."""
    taken_at: Mapped[datetime | None]
    taker_terms: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """As `terms`, of who took it, for their new slot."""
