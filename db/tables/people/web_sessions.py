"""Who is signed in to the pages, with which browser."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table
from domain.signing_in.ways import WayIn


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
    way_in: Mapped[str] = mapped_column(default=WayIn.ISSUER.value, server_default=WayIn.ISSUER.value)
    """A domain.signing_in.ways.WayIn."""
    browser: Mapped[str] = mapped_column(default="", server_default="")
    """What it calls itself, in a word or two, for who looks where they are signed in; empty: nothing known."""
    begun_at: Mapped[datetime]
    proven_at: Mapped[datetime | None]
    """When they showed who they are, which may be before it: an issuer asks nobody whom it knows. None: not known."""
    id_token: Mapped[str] = mapped_column(default="", server_default="")
    """Of the issuer, by which it knows what ends when they sign out; empty: they have never been there."""
    ends_at: Mapped[datetime]
