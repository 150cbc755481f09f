"""Who did what and who was told: audit trail, notifications, and the API's idempotency records."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class AuditEntry(Table):
    __tablename__ = "audit"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_audit_subject", "subject"),
        # What is not shortened yet: db.personal.whole_urls.
        Index(
            "ix_audit_whole_urls",
            "id",
            postgresql_where="code = 'webhook_endpoint_set' AND detail ? 'url'",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    """Durable identity of the step, so that a retried activity writes once."""
    at: Mapped[datetime]
    actor: Mapped[str]
    """`driver`, `operator:<id>`, `system`, `charger:<id>`."""
    code: Mapped[str]
    """Of a fact of `domain.facts.audit`."""
    subject: Mapped[str]
    """Reservation code or charger id."""
    detail: Mapped[dict[str, Any]]
    """The fact's parameters, and what else is worth knowing, never a secret."""


class Notification(Table):
    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_notifications_driver_id", "driver_id"),
        Index("ix_notifications_fleet_id", "fleet_id", postgresql_where="fleet_id IS NOT NULL"),
        Index("ix_notifications_tell_at", "tell_at", postgresql_where="tell_at IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    """`{reservation}:{template}:{n}`."""
    at: Mapped[datetime]
    driver_id: Mapped[str]
    """Empty: it is for the fleet."""
    fleet_id: Mapped[str | None]
    """None: it is for the driver alone."""
    reservation_code: Mapped[str]
    template: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    zone: Mapped[str] = mapped_column(default="", server_default="")
    """IANA name of the clock of the site that it is about; empty: of none, or told before that was kept."""
    tell_at: Mapped[datetime | None] = mapped_column(server_default=text("'epoch'"))
    """When it is decided next how it is told. NULL: it is over: told, untrue, or nobody could be reached."""
    untrue_by: Mapped[int | None]
    """The notification that made it so before it was told."""


class IdempotencyRecord(Table):
    """(account, key) → the reservation it made; `body_hash` tells a retry from a reused key.

    `reckoned_end`, `reckoned_pool`: what an energy that was named came to when it was asked first; `reckoned_for`: that
    energy, with what was known of the vehicle.
    """

    __tablename__ = "idempotency"
    __table_args__ = (
        Index("ix_idempotency_reckoned_for", "reservation_code", postgresql_where="reckoned_for IS NOT NULL"),
    )

    account: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    reservation_code: Mapped[str]
    created_at: Mapped[datetime]
    reckoned_end: Mapped[datetime | None]
    reckoned_pool: Mapped[str | None]
    reckoned_for: Mapped[dict[str, Any] | None]
