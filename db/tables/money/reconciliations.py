"""What comparisons of our books with the provider's have found."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class MoneyComparison(Table):
    """One run that came to its end."""

    __tablename__ = "money_comparisons"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(index=True)
    report: Mapped[dict[str, Any]]
    """A contracts.provider_reconciliation.MoneyReport."""
