"""Prices that were told beforehand, and by which version of rules and prices: honoured until they expire."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Quote(Table):
    """Of one slot, for whoever asked. `reservation_code`: the booking that was made by it; only that changes."""

    __tablename__ = "quotes"
    __table_args__ = (
        CheckConstraint("slot_start < slot_end", name="slot"),
        CheckConstraint("asked_at < valid_until", name="valid"),
        CheckConstraint("expected_energy_wh > 0", name="energy"),
        Index("ix_quotes_unused", "account", "valid_until", postgresql_where="reservation_code IS NULL"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    driver_id: Mapped[str]
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    pool_id: Mapped[str | None]
    connector_type: Mapped[str | None]
    slot_start: Mapped[datetime]
    slot_end: Mapped[datetime]
    expected_energy_wh: Mapped[int | None]
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"))
    tariff_id: Mapped[int] = mapped_column(ForeignKey("tariffs.id"))
    payer: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """domain.terms.payer.Payer as JSON, as it was told."""
    priced: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """domain.terms.priced.Prices as JSON, by the price rules that were in force; NULL: there were none."""
    reckoned: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """domain.place.energy.Reckoned as JSON: why the slot is as long as it is; NULL: whoever asked said so."""
    bay: Mapped[str] = mapped_column(default="", server_default="")
    """That was asked for by name; empty: whichever."""
    named_bay: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """domain.terms.named_bay.NamedBay as JSON, as it was told; NULL: none was named, or it was not free."""
    certainty: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """domain.terms.certainty.Certainty as JSON, as it was told."""
    tier: Mapped[str] = mapped_column(default="", server_default="")
    """Of the driver, by which it was told; empty: of none."""
    asked_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    reservation_code: Mapped[str | None] = mapped_column(unique=True)
