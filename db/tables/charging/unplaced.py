"""Ends of transactions without a session, or with one of nobody: a start that comes late takes them, or an operator."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class UnplacedTransaction(Table):
    __tablename__ = "unplaced_transactions"
    __table_args__ = (
        Index(
            "ix_unplaced_transactions_open",
            "charger_id",
            "ended_at",
            postgresql_where="placed_at IS NULL AND dismissed_at IS NULL",
        ),
        Index("ix_unplaced_transactions_ended_at", "ended_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(unique=True)
    """Of the charger's message in the inbox."""
    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"))
    transaction_id: Mapped[str | None]
    """As the charger calls it; NULL: it names none."""
    id_tag: Mapped[str] = mapped_column(default="", server_default="")
    ended_at: Mapped[datetime]
    meter_wh: Mapped[int | None]
    begun_at: Mapped[datetime | None]
    """Of its start, where that was told without a connector; `meter_start_wh` likewise."""
    meter_start_wh: Mapped[int | None]
    stop_reason: Mapped[str] = mapped_column(default="", server_default="")
    heard_at: Mapped[datetime]
    placed_at: Mapped[datetime | None]
    """When its session was found, or an operator gave it one."""
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sessions.id"))
    """Before it is decided: a session of nobody, at a bay that was kept for somebody."""
    dismissed_at: Mapped[datetime | None]
    """An operator says that it is nobody's."""
    decided_by: Mapped[str] = mapped_column(default="", server_default="")
    """The operator; empty: its session was found."""
    reason: Mapped[str] = mapped_column(default="", server_default="")
