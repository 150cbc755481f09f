"""Money that one person asks to give away, and another one decides about."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class MoneyRequest(Table):
    __tablename__ = "money_requests"
    __table_args__ = (
        UniqueConstraint("asked_by", "key"),
        CheckConstraint("amount_minor > 0", name="positive"),
        CheckConstraint("decided_by <> asked_by", name="four_eyes"),
        CheckConstraint("state IN ('waiting', 'approved', 'refused')", name="known_state"),
        CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL) AND num_nulls(decided_at, decided_by) IN (0, 2)",
            name="decided_as_a_whole",
        ),
        Index("ix_money_requests_asked_at", "asked_at", "id"),
        Index("ix_money_requests_waiting", "subject", postgresql_where="state = 'waiting'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """domain.money.authority.RequestKind."""
    subject: Mapped[str]
    """The reservation's code, the driver's id, or the dispute's at the provider."""
    currency: Mapped[str]
    amount_minor: Mapped[int]
    reason: Mapped[str]
    """In the asker's words."""
    details: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """What is carried out when it is approved, as the kind has it."""
    asked_by: Mapped[str]
    key: Mapped[str]
    """The asker's idempotency key: the same request again is the same row."""
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    """domain.money.authority.RequestState."""
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(default="", server_default="")
