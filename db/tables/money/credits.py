"""What drivers have been given on account, and what of it paid which bill.

Triggers (in the migrations) keep uses append-only and count them into `spent_minor`, which nothing else writes: more
than was given can be neither spent nor expired. Of a credit only its amounts and dates change.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table

IS_OPEN = "granted_minor > spent_minor + expired_minor"
"""In SQL, as a query has to write it to be answered from the indexes of open credits."""


class Credit(Table):
    """Given once for one reason; written under the lock of the driver's credits."""

    __tablename__ = "credits"
    __table_args__ = (
        CheckConstraint(
            "spent_minor >= 0 AND expired_minor >= 0 AND spent_minor + expired_minor <= granted_minor",
            name="never_more_than_given",
        ),
        CheckConstraint("approved_by = '' OR approved_by <> granted_by", name="four_eyes"),
        Index("ix_credits_warn_at", "warn_at", postgresql_where="warn_at IS NOT NULL"),
        Index("ix_credits_driver_id", "driver_id", "granted_at", "id"),
        Index("ix_credits_open_by_driver", "driver_id", "currency", postgresql_where=IS_OPEN),
        Index("ix_credits_open_until", "expires_at", postgresql_where=IS_OPEN),
        Index("ix_credits_reservation_code", "reservation_code", postgresql_where="reservation_code <> ''"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """`{reservation}:{origin}` of what a bill gave, `grant:…` of what a person did: nothing is given twice."""
    driver_id: Mapped[str]
    currency: Mapped[str]
    granted_minor: Mapped[int]
    """As the bill that stands has it; of one that takes it back, no less than was spent or has expired."""
    spent_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    expired_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    origin: Mapped[str]
    """domain.money.credits.CreditOrigin."""
    cause: Mapped[str] = mapped_column(default="", server_default="")
    """domain.causes.Cause, of what a bill gave for it."""
    reservation_code: Mapped[str] = mapped_column(default="", server_default="")
    """What it was given for; empty: for none."""
    reason: Mapped[str] = mapped_column(default="", server_default="")
    """In the words of whoever granted it."""
    granted_by: Mapped[str] = mapped_column(default="", server_default="")
    """The operator; empty: nobody, a bill gave it."""
    approved_by: Mapped[str] = mapped_column(default="", server_default="")
    """The second person; empty: none was needed."""
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    """None: never."""
    warn_at: Mapped[datetime | None]
    """When its driver is told that it expires; None: never, or they were told."""


class CreditUse(Table):
    """One step of a bill took so much of a credit, or gave it back (negative)."""

    __tablename__ = "credit_uses"
    __table_args__ = (
        UniqueConstraint("credit_id", "reservation_code", "step"),
        CheckConstraint("amount_minor <> 0", name="not_zero"),
        Index("ix_credit_uses_reservation_code", "reservation_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    credit_id: Mapped[int] = mapped_column(ForeignKey("credits.id"))
    reservation_code: Mapped[str]
    """Whose bill it pays."""
    step: Mapped[str]
    """Of the settlement that decided it; of what paid a debt since, that of the settlement and the posting."""
    amount_minor: Mapped[int]
    at: Mapped[datetime]
