"""What people say is wrong at bays: blocked, without power, a broken plug. Operators read it, and resolve it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class BayReport(Table):
    __tablename__ = "bay_reports"
    __table_args__ = (
        Index("ix_bay_reports_reported_at", "reported_at", "id"),
        Index("ix_bay_reports_connector_id_reported_at", "connector_id", "reported_at"),
        Index("ix_bay_reports_account_reported_at", "account", "reported_at"),
        Index("ix_bay_reports_digested", "reported_at", postgresql_where="browser_digest <> ''"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"))
    connector_id: Mapped[int] = mapped_column(ForeignKey("connectors.id"))
    kind: Mapped[str]
    """A domain.place.bay_reports.ReportKind."""
    text: Mapped[str]
    """In their own words; nobody else's. Often empty."""
    reported_at: Mapped[datetime]
    account: Mapped[str | None]
    """The subject of who was signed in; NULL: a stranger."""
    driver_id: Mapped[str | None]
    fleet_id: Mapped[str | None]
    """Whom it is told to when it is resolved, either of them; both NULL: nobody."""
    reservation_code: Mapped[str | None]
    """Whose turn it was there, where that was theirs and they could be moved."""
    browser_digest: Mapped[str] = mapped_column(default="", server_default="")
    address_digest: Mapped[str] = mapped_column(default="", server_default="")
    """Of strangers, until nothing is counted by them any more."""
    moved_at: Mapped[datetime | None]
    """When its reservation was given another bay for it."""
    resolved_at: Mapped[datetime | None]
    """NULL: nobody has seen to it."""
    resolved_by: Mapped[str] = mapped_column(default="", server_default="")
    answer: Mapped[str] = mapped_column(default="", server_default="")
    """An operator's own words."""
