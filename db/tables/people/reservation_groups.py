"""Groups: bays that were asked for as one, and which of them were given."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class ReservationGroup(Table):
    """Asked for first; its bays are written as given in the transaction that places their holds."""

    __tablename__ = "reservation_groups"
    __table_args__ = (Index("ix_reservation_groups_account", "account"),)

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
    placed_at: Mapped[datetime | None]
    """NULL: nothing has been given so far; the same request asks again."""
    refused: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default="{}")
    """Code of a reservation that got no bay → of what refused it."""
