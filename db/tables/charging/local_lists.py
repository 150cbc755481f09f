"""Local lists of tokens that we keep in step with reservations, as chargers have them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class LocalListRow(Table):
    __tablename__ = "local_lists"

    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"), primary_key=True)
    version: Mapped[int]
    """The highest number that we have sent; never used again for something else."""
    entries: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """idTag → domain.charging.listing.ListedToken as JSON, as the charger accepted them; NULL: nobody knows."""
    pending: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What the list is under `version`, if the charger has taken that message; NULL: it has answered."""
    changed_at: Mapped[datetime]
    refusal: Mapped[str] = mapped_column(default="", server_default="")
    """The charger's own words for why it did not take `version`'s message; empty: it did, or has not answered."""
