"""Who is signed in to the pages, with which browser; and who is on their way to be."""

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


class WebSignIn(Table):
    """Sent to the issuer, and not back yet. One row a try; used once."""

    __tablename__ = "web_sign_ins"
    __table_args__ = (Index("ix_web_sign_ins_ends_at", "ends_at"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of `state` (OAuth 2.0), as hex."""
    browser_digest: Mapped[str]
    """Of what that browser keeps meanwhile: nobody else's answer is taken for theirs."""
    nonce: Mapped[str]
    verifier: Mapped[str]
    """For PKCE (RFC 7636)."""
    back_to: Mapped[str]
    """The page that they wanted."""
    ends_at: Mapped[datetime]
