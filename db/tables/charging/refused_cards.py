"""Who showed a card where a site's access rules keep the place for others, for operators."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class RefusedCard(Table):
    """One row a charger, card and reason: the newest time counts. Forgotten a year later."""

    __tablename__ = "refused_cards"
    __table_args__ = (
        UniqueConstraint("charger_id", "id_tag", "reason"),
        Index("ix_refused_cards_last_at", "last_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"))
    id_tag: Mapped[str]
    reason: Mapped[str]
    """In the words of `domain.charging.access_reasons.AccessReason`."""
    driver_id: Mapped[str | None]
    line: Mapped[str]
    """Of the access rules: its name, when the card was shown last."""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]
