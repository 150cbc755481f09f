"""Cards that were saved for a booking whose payment is authorised later."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class CardSetup(Table):
    """One SetupIntent. (reservation, step) is durable: the idempotency key derives from it. It holds no money."""

    __tablename__ = "card_setups"
    __table_args__ = (UniqueConstraint("reservation_code", "step"), UniqueConstraint("setup_intent_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    reservation_code: Mapped[str]
    step: Mapped[str]
    setup_intent_id: Mapped[str | None]
    payment_method: Mapped[str | None]
    """Kept of the driver's customer, once it succeeded."""
    status: Mapped[str]
    """Stripe's SetupIntent status, or `declined` / `intended` (recorded before the first call)."""
    updated_at: Mapped[datetime]
