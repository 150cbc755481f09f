"""Invitations into groups of drivers, who came by which, and who tries codes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class InvitationRow(Table):
    """By a code, or for all who have an address at an e-mail domain. Never removed."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("(code_digest IS NULL) <> (domain IS NULL)", name="one_way"),
        CheckConstraint("uses <= most_uses", name="uses"),
        Index("ix_invitations_group_id", "group_id", "id"),
        Index("ix_invitations_domain", "domain", postgresql_where="domain IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("driver_groups.id"))
    code_digest: Mapped[str | None] = mapped_column(unique=True)
    """SHA-256, as hex; the code itself is told once, and kept nowhere."""
    domain: Mapped[str | None]
    """Small; what stands behind the @."""
    uses: Mapped[int] = mapped_column(default=0, server_default="0")
    most_uses: Mapped[int | None]
    expires_at: Mapped[datetime | None]
    member_until: Mapped[datetime | None]
    """Who comes by it is in the group until then; NULL: until taken out."""
    note: Mapped[str] = mapped_column(default="", server_default="")
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    revoked_at: Mapped[datetime | None]


class InvitationUse(Table):
    __tablename__ = "invitation_uses"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id"), primary_key=True)
    driver_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class InvitationAttempts(Table):
    """How often a driver has tried codes that were none, since when. One row a driver."""

    __tablename__ = "invitation_attempts"

    driver_id: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    attempts: Mapped[int]
