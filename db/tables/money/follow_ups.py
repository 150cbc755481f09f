"""Reservations whose sessions were told of anew after they had been settled: to be priced once more."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class FollowUp(Table):
    """Written by a trigger on `sessions`, whoever changes them; gone once the difference is settled."""

    __tablename__ = "follow_ups"

    reservation_code: Mapped[str] = mapped_column(primary_key=True)
    noticed_at: Mapped[datetime]
    """The latest change."""
