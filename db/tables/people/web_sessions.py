"""Who is signed in to the pages, with which browser."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class WebSession(Table):
    """From signing in until signing out, or `ends_at`."""

    __tablename__ = "web_sessions"
    __table_args__ = (
        Index("ix_web_sessions_subject", "subject"),
        Index("ix_web_sessions_ends_at", "ends_at"),
    )

    digest: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of what the browser keeps, as hex; the thing itself is kept nowhere else."""
    subject: Mapped[str]
    claims: Mapped[dict[str, Any]]
    """What the issuer said of them, as a bearer token says it."""
    begun_at: Mapped[datetime]
    ends_at: Mapped[datetime]
