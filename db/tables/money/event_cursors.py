"""How far the provider's events were asked for, by who asks."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class EventCursor(Table):
    """One row for each reader that has read anything yet."""

    __tablename__ = "event_cursors"

    reader: Mapped[str] = mapped_column(primary_key=True)
    """One of `activities.reconciliation.event_feed.Reader`."""
    read_to: Mapped[datetime]
    """All that the provider had said until then, and listed by then, is in the inbox."""
    asked_at: Mapped[datetime | None]
    """When one of many that could has asked last; the next one waits."""
