"""What comparisons of our books with the provider's have found."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class MoneyComparison(Table):
    """One run that came to its end."""

    __tablename__ = "money_comparisons"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(index=True)
    report: Mapped[dict[str, Any]]
    """A contracts.provider_reconciliation.MoneyReport."""


class MoneyRunRow(Table):
    """One run that has not come to its end: an attempt goes on where the one before broke off."""

    __tablename__ = "money_runs"

    key: Mapped[str] = mapped_column(primary_key=True)
    """The run's of its workflow."""
    began_at: Mapped[datetime]
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What it has come to with the objects that are kept."""
    mending: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """A finding that was about to be mended, and may be."""


class MoneyRunObject(Table):
    """One of the provider's objects that the run has compared."""

    __tablename__ = "money_run_objects"

    run_key: Mapped[str] = mapped_column(ForeignKey("money_runs.key", ondelete="CASCADE"), primary_key=True)
    provider_object: Mapped[str] = mapped_column(primary_key=True)
