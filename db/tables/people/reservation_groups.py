"""Groups: bays that were asked for as one, which of them were given, and whether all of that came to its end."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table

UNFINISHED = "placed_at IS NOT NULL AND state IN ('open', 'undoing')"
"""Its bays were given, and nobody has said yet what came of it."""


class ReservationGroup(Table):
    """Asked for first; its bays are written as given in the transaction that places their holds."""

    __tablename__ = "reservation_groups"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'answered', 'booked', 'undoing', 'undone')", name="state"),
        Index("ix_reservation_groups_account", "account"),
        Index("ix_reservation_groups_unfinished", "asked_at", postgresql_where=UNFINISHED),
        Index("ix_reservation_groups_answered", "asked_at", postgresql_where="state = 'answered'"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    slot_start: Mapped[datetime]
    slot_end: Mapped[datetime]
    mode: Mapped[str]
    """`together` or `as_many_as_possible`."""
    codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Of the reservations, in the order they were asked for."""
    drivers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Of each of them."""
    asked_at: Mapped[datetime]
    """Last, by the same request."""
    placed_at: Mapped[datetime | None]
    """NULL: nothing has been given so far; the same request asks again."""
    refused: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default="{}")
    """Code of a reservation that got no bay → of what refused it."""
    state: Mapped[str] = mapped_column(default="open", server_default="booked")
    """`open`: reservations are being made of its holds. `answered`: together or not at all, and each said yes; it is
    `booked` once each is paid for. `undoing`, then `undone`: of those one came to nothing; written before others are
    cancelled."""
