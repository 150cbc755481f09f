"""What whoever bills walk-ins is told: whether anybody is, what changed since, and what was said last."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class WalkInReceiver(Table):
    """One row while somebody is to be told. Without it no change of a session is noted."""

    __tablename__ = "walk_in_receiver"
    __table_args__ = (CheckConstraint("one", name="one_row"),)

    one: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    since: Mapped[datetime]


class WalkInChange(Table):
    """A session without a reservation ended, or what is known of one that had ended changed. Written by a trigger on
    `sessions`, whoever changes them, and by whoever keeps a reading; gone once it was recorded for delivery.
    """

    __tablename__ = "walk_in_changes"
    __table_args__ = (Index("ix_walk_in_changes_noticed_at", "noticed_at"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    noticed_at: Mapped[datetime]
    """The latest change; in the future: it could not be recorded, and has to wait."""


class WalkInHandover(Table):
    """What was said last of a session. The next thing said of it has the next revision."""

    __tablename__ = "walk_in_handovers"

    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int]
    told: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """domain.settlement.walk_ins.WalkIn as JSON; NULL: it was taken back."""
    told_at: Mapped[datetime]
