"""What settlements could not take: who owes it, why, and what is done about it next."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Debt(Table):
    """One a reservation; written in the transaction that posts its money, under the lock of that."""

    __tablename__ = "debts"
    __table_args__ = (
        CheckConstraint("outstanding_minor >= 0 AND written_off_minor >= 0", name="not_negative"),
        CheckConstraint("(state = 'open') = (outstanding_minor > 0)", name="open_while_owed"),
        Index("ix_debts_opened_at", "opened_at", "id"),
        Index("ix_debts_open_by_driver", "driver_id", postgresql_where="state = 'open'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reservation_code: Mapped[str] = mapped_column(unique=True)
    driver_id: Mapped[str]
    fleet_id: Mapped[str | None]
    site_id: Mapped[str]
    currency: Mapped[str]
    amount_minor: Mapped[int]
    """The most that was ever owed."""
    outstanding_minor: Mapped[int]
    written_off_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    state: Mapped[str]
    """domain.settlement.debts.DebtState."""
    waits_for: Mapped[str]
    """domain.settlement.debts.WaitsFor; empty once it is closed."""
    next_at: Mapped[datetime | None]
    """When the card is tried again, or a person gets it."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """Made with the driver away, beside the settlement's own. Payments are numbered by it."""
    attempts_before: Mapped[int] = mapped_column(default=0, server_default="0")
    """Made before it was opened for the last time."""
    reason: Mapped[str]
    """domain.money.declines.DebtReason of the latest failure."""
    decline_code: Mapped[str]
    """In the provider's words."""
    link_at: Mapped[datetime | None]
    """When the driver last asked for something to pay with."""
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    changes: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it has changed: part of the ids of what its workflow and its driver are told."""
    decided_by: Mapped[str] = mapped_column(default="", server_default="")
    """The operator who wrote it off."""
    decision_reason: Mapped[str] = mapped_column(default="", server_default="")
