"""Reservations whose workflow is proven to be gone, and whose money was not dealt with to the end."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Orphan(Table):
    """Written before anything is done about its money, gone in the transaction that shows what became of it."""

    __tablename__ = "orphans"

    reservation_code: Mapped[str] = mapped_column(primary_key=True)
    ended_as: Mapped[str]
    """How its workflow was found to have ended."""
    found_at: Mapped[datetime]
    tried_at: Mapped[datetime]
    """Those tried longest ago come first."""
