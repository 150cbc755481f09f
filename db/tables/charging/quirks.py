"""What is odd about chargers' messages although they are understood, for operators and vendors."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class ChargerQuirk(Table):
    """One kind of oddity of one charger. `vendor`, `model`, `firmware`: as it last said when it was seen."""

    __tablename__ = "quirks"
    __table_args__ = (Index("ix_quirks_model", "vendor", "model", "firmware"),)

    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"), primary_key=True)
    action: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    """Of the field, list positions left out; empty: the message itself."""
    kind: Mapped[str] = mapped_column(primary_key=True)
    """domain.charging.quirks.QuirkKind."""
    vendor: Mapped[str] = mapped_column(default="", server_default="")
    model: Mapped[str] = mapped_column(default="", server_default="")
    firmware: Mapped[str] = mapped_column(default="", server_default="")
    example: Mapped[str] = mapped_column(default="", server_default="")
    """The newest, bounded and without tokens."""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    seen: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many messages."""
