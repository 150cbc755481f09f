"""What became of each payment, and when."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class PaymentMoment(Table):
    """How a payment stood from `at` on. Written by a trigger on `payments`, whoever changes it."""

    __tablename__ = "payment_moments"

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    at: Mapped[datetime]
    status: Mapped[str]
    amount_minor: Mapped[int]
    captured_minor: Mapped[int]
    refunded_minor: Mapped[int]
